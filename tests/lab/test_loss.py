"""`reconcile lab loss` and its meter: a calm network loses nothing, a break is seen on its pairs and on no other."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from reconciler.lab import loss_text, netns
from reconciler.lab.errors import LabError
from reconciler.lab.loss import Losses, Meter
from reconciler.lab.loss_tally import Tally
from tests.lab.conftest import Field
from tests.lab.warm import lab

RATE = 500
BLOCK = "192.168.209.64/26"
WAY = f"{BLOCK} via 192.168.209.64 dev vxlan.calico onlink"
BREAK = 0.4
FROM, TO = "pod-k01-worker-1", "pod-k01-worker3-1"


def worker(field: Field, line: str) -> None:
    netns.batch([line], field.lab.member("k01-worker").namespace)


def by_ends(losses: Losses) -> dict[tuple[str, str], Tally]:
    return {(pair.source, pair.target): pair for pair in losses.pairs}


def test_a_break_is_seen_with_its_length_on_its_pair_alone(converged: Field) -> None:
    with Meter(converged.lab, RATE) as meter:
        time.sleep(0.2)
        worker(converged, f"route del {BLOCK}")
        broken = time.monotonic()
        time.sleep(BREAK)
        worker(converged, f"route add {WAY}")
        lasted = time.monotonic() - broken
        time.sleep(0.2)
    losses = meter.losses
    pairs = by_ends(losses)
    hit = pairs.pop((FROM, TO))
    assert len(pairs) == 11
    assert {pair.lost for pair in pairs.values()} == {0}
    assert BREAK * 1000 <= hit.gap <= lasted * 1000 + losses.late + 100
    assert abs(hit.lost - hit.gap * RATE / 1000) <= 2 + losses.late * RATE / 1000
    assert not hit.is_down
    assert (hit.duplicates, hit.reordered) == (0, 0)
    assert losses.sent == 12 * hit.sent
    assert hit.sent == pytest.approx(losses.seconds * RATE, rel=0.1)


def test_what_is_down_all_the_time_has_lost_all(converged: Field) -> None:
    worker(converged, f"route replace blackhole {BLOCK}")
    try:
        ran = lab("loss", "--name", converged.lab.name, "--rate", RATE, "--for", "300ms", "-o", "json")
    finally:
        worker(converged, f"route replace {WAY}")
    assert ran.returncode == 1
    found: dict[str, Any] = json.loads(ran.stdout)
    (dead,) = (pair for pair in found["pairs"] if pair["lost"])
    assert (dead["from"], dead["to"], dead["received"]) == (FROM, TO, 0)
    assert dead["sent"] == dead["lost"] == found["lost"] >= 0.3 * RATE * 0.9
    assert dead["gap_ms"] >= 290


def test_a_calm_network_loses_nothing_while_a_command_runs_on_the_jump_host(converged: Field) -> None:
    """The jump host alone has the management bridge."""
    words = ["loss", "--name", converged.lab.name, "--rate", RATE, "--"]
    ran = lab(*words, "sh", "-c", "ip -br link show management | cut -d' ' -f1; exit 3")
    assert ran.returncode == 3, ran.stderr
    printed, summary, _, head, *rows = ran.stdout.splitlines()
    assert printed == "management"
    assert summary.startswith("0 of ")
    assert len(rows) == 12
    assert len({len(line) for line in (head, *rows)}) == 1
    assert all(row.split()[3:4] == ["0"] for row in rows)


def test_more_than_the_meter_can_count_is_refused(converged: Field) -> None:
    with pytest.raises(LabError, match=r"12 pairs with 2000 packets a second each are too many: at most --rate 1666\."):
        Meter(converged.lab, 2000)
    ran = lab("loss", "--name", converged.lab.name, "--for", "5")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "write it as 5s or 1m30s" in ran.stderr


def test_of_a_large_lab_the_worst_pairs_are_shown() -> None:
    pairs = [Tally(f"pod-{number}", "other" * 9, sent=9, received=9 - number % 3) for number in range(60)]
    lines = list(loss_text.lines(Losses(1000, 1.0, pairs, 0.1)))
    rows = lines[3:-1]
    assert len(rows) == 20
    assert {row.split()[3] for row in rows} == {"2"}
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "and 40 pairs more, none of them worse"
