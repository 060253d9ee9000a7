"""Somebody commits in the moment between our last look and our commit: their change comes back, ours is tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.witness import overtaken
from reconciler.switch.kinds import Vlan
from tests.lab_eos.conftest import Box
from tests.switch.in_process import Bench, carry_out

HOW: dict[str, tuple[str, ...]] = {
    "line by line": ("configure", "vlan 99", "name theirs", "end"),
    "in a session": ("configure session theirs", "vlan 99", "name theirs", "commit"),
}


@pytest.mark.parametrize("how", HOW)
def test_what_somebody_commits_in_that_moment_is_not_undone(tmp_path: Path, how: str) -> None:
    bench = Bench(Box(tmp_path / "state"), EosDriver("172.20.20.2"))
    ours = [Change(None, Vlan(id=40, label="ours"))]
    script = bench.driver.write(ours, bench.read())
    (failure,) = carry_out(bench.box, script, before={"commit timer 00:02:00": HOW[how]})
    assert failure.nature == "stale"
    assert "it would undo what somebody else did at the same moment: " in failure.reason
    found = bench.read().found
    assert found[Key("vlan", "99")] == Vlan(id=99, label="theirs")
    assert Key("vlan", "40") not in found
    assert carry_out(bench.box, bench.driver.write(ours, bench.read())) == []
    assert {Key("vlan", "40"), Key("vlan", "99")} <= bench.read().found.keys()


AGENT = "Nov 21 17:09:51 ceos01 ConfigAgent: %SYS-5-CONFIG_"
ENTERED = f"{AGENT}SESSION_ENTERED: User a entered configuration session rec-1 on vty3 (x)"
OURS = f"{AGENT}SESSION_COMMIT_SUCCESS: User a committed configuration session rec-1 successfully on vty3 (x)"
THEIRS = f"{AGENT}I: Configured from console by b on vty4 (y)"


@pytest.mark.parametrize(
    ("log", "deed"),
    [
        ([ENTERED, OURS], None),
        ([ENTERED, THEIRS, OURS], "Configured from console by b on vty4 (y)"),
        ([THEIRS, ENTERED, OURS, THEIRS], None),
        ([ENTERED, THEIRS, ENTERED, OURS], None),
        ([THEIRS, OURS], None),
        ([ENTERED.replace("rec-1", "rec-12"), THEIRS, OURS], None),
        (["% Invalid input"], None),
        ([], None),
    ],
)
def test_only_what_was_logged_between_the_two_counts(log: list[str], deed: str | None) -> None:
    assert overtaken("\n".join(log), "rec-1") == deed
