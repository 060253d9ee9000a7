"""Every VXLAN case of the overlay reference, from documents to records, compared one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import as_iproute
from reconciler.core.change import diff
from reconciler.core.resource import Live
from reconciler.desired.load import load
from reconciler.intent.compile import World, compile_world
from reconciler.switch.kinds import StaticRoute

from .vectors import LISTS, PLUGIN, Record, cases, documents, expected, records, write

CASES = cases()


def intent_of(folder: Path, case: Record, given: Record | None = None) -> World:
    repository = load(write(folder, documents(case, given)))
    assert not repository.having("error"), [str(problem) for problem in repository.problems]
    return compile_world(repository)


def assert_equal(intent: World, node: str, case: Record, state: Record) -> None:
    found, wanted = records(intent[node].desired.values()), expected(state)
    for name in LISTS:
        rows = [row for row in found[name] if not ("main_table" in case and name == "routes" and "table" not in row)]
        assert in_order(rows) == in_order(wanted[name]), f"{node}: {name}"


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in rows), key=lambda row: sorted(map(str, row.items())))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['title']}")
def test_what_is_wanted_of_each_node(case: Record, tmp_path: Path) -> None:
    intent = intent_of(tmp_path, case)
    assert not intent.problems
    for node, state in case["expect"].items():
        assert_equal(intent, node, case, state)
    routes = intent["ceos01"].desired.values() if "switch_static_routes" in case else ()
    listed = [(r.dst, r.via) for r in routes if isinstance(r, StaticRoute)]
    assert listed == [(row["prefix"], row["next_hop"]) for row in case.get("switch_static_routes", ())]


@pytest.mark.parametrize("case", [case for case in CASES if "input_after" in case], ids=lambda case: case["id"])
def test_what_is_wanted_afterwards(case: Record, tmp_path: Path) -> None:
    before = intent_of(tmp_path / "before", case)
    after = intent_of(tmp_path / "after", case, case["input_after"])
    for node, state in case["expect_after"].items():
        assert_equal(after, node, case, state)
        delta = case["delta"][node]
        ours = Live(before[node].desired, {})
        changes = diff(after[node].desired, ours)
        for side, listed in (("before", delta.get("delete", [])), ("after", delta.get("add", []))):
            found = records(r for r in (getattr(change, side) for change in changes) if r is not None)
            wanted = {name: [dict(row[name]) for row in listed if name in row] for name in LISTS}
            assert {name: in_order(found[name]) for name in LISTS} == {n: in_order(wanted[n]) for n in LISTS}, node


PRINTED = [
    pytest.param(case, node, command, printed, id=f"{case['id']}-{node}-{command}")
    for case in CASES
    for node, commands in case.get("text", {}).items()
    for command, printed in commands.items()
]


SECTIONS = {"ip route": "ip route", "ip addr": "ip address", "ip link": "ip address"}
SECTIONS |= {"ip neighbor": "ip neighbour", "ip neigh": "ip neighbour", "bridge fdb": "bridge fdb"}


@pytest.mark.parametrize(("world", "node", "command", "printed"), PRINTED)
def test_the_lines_that_the_lesson_prints(
    world: Record, node: str, command: str, printed: list[str], tmp_path: Path
) -> None:
    program, _, pattern = command.partition(" | grep ")
    sections = as_iproute.sections(intent_of(tmp_path, world)[node].desired.values())
    lines = sections[SECTIONS[" ".join(program.split()[:2])]]
    if program == "ip link show type vxlan":
        printed = [line.replace(" mode DEFAULT", "") for line in printed]  # `ip address` says the rest
        lines = [line for line in lines if line in printed]
    _, _, dev = program.partition(" dev ")  # whoever asks for a device is not told it again
    found = [line.replace(f" dev {dev}", "") if dev else line for line in lines if pattern in line]
    if program == "ip route":
        assert found == [line for line in printed if PLUGIN not in line]
    else:  # neighbours and FDB entries come in the order of the kernel's hash
        assert sorted(found) == sorted(printed)
