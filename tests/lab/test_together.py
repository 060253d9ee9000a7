"""Changes of several nodes in a real run: nobody loses a packet, and where one node fails all are back at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.loss_scenarios import Edit, documents
from reconciler.lab.loss import Meter
from tests.lab.conftest import Field

NODES = ("k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3")
REFUSES = """\
cp "$(command -v ip)" /tmp/ip.real
cat >/tmp/ip <<'END'
#!/bin/sh
case "$*" in *-batch* | *replace*) cat >/dev/null; echo "No buffer space available" >&2; exit 255 ;; esac
exec /tmp/ip.real "$@"
END
chmod +x /tmp/ip
mount --bind /tmp/ip "$(command -v ip)"
"""
"""From now on the node's kernel has no room for any entry."""
MENDED = 'umount "$(command -v ip)"'
OTHER_MAC = Edit("nodes.yaml", "66:fb:ad:98:aa:13", "66:fb:ad:98:aa:31")
STAND_IN = "mac66fbad98aa31"
RATE = 500


def routes(field: Field, node: str) -> str:
    return field.shown(node, "ip", "route", "show")


def test_all_are_back_in_time_and_it_is_said_who_failed(converged: Field) -> None:
    for node in NODES:
        net = "192.168.209.64/26" if node != "k01-worker3" else "192.168.81.64/26"
        converged.shown(node, "ip", "route", "del", net)
    before = {node: routes(converged, node) for node in NODES}
    converged.shown("k01-worker2", "sh", "-c", REFUSES)
    began = time.monotonic()
    try:
        ran = converged.reconcile("--yes")
        took = time.monotonic() - began
        assert ran.returncode == 1
        assert {node: routes(converged, node) for node in NODES} == before
        assert took < 15.0
        told = ran.stderr.splitlines()
        assert any(line.startswith("k01-worker2: ") and "No buffer space available" in line for line in told)
        for node in set(NODES) - {"k01-worker2"}:
            assert f"{node}: k01-worker2 failed; rolled back" in told
            assert "rec-" not in converged.shown(node, "sh", "-c", "ls /run/reconciler-undo 2>/dev/null; true")
    finally:
        converged.shown("k01-worker2", "sh", "-c", MENDED)
    converged.converge()
    assert converged.pings()


@pytest.fixture
def renamed(converged: Field, tmp_path: Path) -> Iterator[Field]:
    """The lab as desired; what is wanted has another MAC."""
    yield converged.wanting(documents(tmp_path / "desired", (OTHER_MAC,)))
    converged.converge()


def macs(field: Field) -> str:
    """Interfaces with a MAC of that node's VTEP, and neighbours."""
    shown = [field.shown(node, "sh", "-c", "ip -br link; ip neigh show nud permanent") for node in NODES]
    return "".join(line for text in shown for line in text.splitlines(keepends=True) if "66:fb:ad" in line)


def test_nobody_loses_a_packet(renamed: Field) -> None:
    said = renamed.command("--dry-run", code=2)
    assert f"k01-worker: via a temporary interface {STAND_IN}" in " ".join(said.split())
    assert "interrupts 0" in said
    with Meter(renamed.lab, RATE) as meter:
        renamed.converge()
    assert meter.losses.lost == 0
    assert STAND_IN not in macs(renamed)
    assert "66:fb:ad:98:aa:13" not in macs(renamed)


def test_it_is_gone_where_a_peer_fails_once_it_is_there(renamed: Field) -> None:
    before = macs(renamed)
    renamed.shown("k01-worker3", "sh", "-c", REFUSES)
    try:
        ran = renamed.reconcile("--yes")
    finally:
        renamed.shown("k01-worker3", "sh", "-c", MENDED)
    assert ran.returncode == 1
    assert "stage 2 of 3" in ran.stderr
    assert macs(renamed) == before
