"""The worked cases of the overlay reference on a real kernel: reached in one cycle, read back as the case has them.

This kernel makes no ipip and no wireguard interfaces: in V14a, V14c, V16 and V20a a veth stands in for tunl0,
wireguard.cali and flannel.ipip, and everything but the interface itself is written and read. Of Cilium (V33a) nothing
is ever written: its rows are put there by the test, and the product finds nothing that differs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import as_iproute
from reconciler.core.change import diff
from reconciler.core.resource import Live, state_of
from reconciler.intent.wish import Wish
from reconciler.linux.link import Link
from reconciler.linux.rule import Rule

from .hosts import LACKING, Host, addresses, host, node_of, stand_ins, without_lacking
from .test_vectors import in_order, intent_of
from .vectors import LISTS, PLUGIN, Record, cases, expected, records

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]

CASES = cases()
WRITTEN = [case for case in CASES if case["profile"]["cni"] != "cilium"]
WATCHED = [case for case in CASES if case["profile"]["cni"] == "cilium"]
Nodes = Iterable[Any]


def nodes(cases: Iterable[Record]) -> Nodes:
    return [pytest.param(case, node, id=f"{case['id']}-{node}") for case in cases for node in case["expect"]]


def assert_is(made: Host, wish: Wish, case: Record, state: Record) -> None:
    """Nothing is left to do, and what is ours there is what the case has, in its own words."""
    assert made.plan(wish).changes == ()
    found = made.ours(wish).values()
    spelled = records(wish.desired[row.key].lens(row) if isinstance(row, Rule) else row for row in found)
    wanted = expected(state)
    wanted["links"] = [row for row in wanted["links"] if row["kind"] not in LACKING]
    spelled["links"] = [row for row in spelled["links"] if row["kind"] != "veth"]
    if "main_table" in case:  # of which the case says nothing
        spelled["routes"] = [row for row in spelled["routes"] if "table" in row]
    for name in LISTS:
        assert in_order(spelled[name]) == in_order(wanted[name]), name


def assert_prints(made: Host, wish: Wish, commands: Mapping[str, list[str]]) -> None:
    """The kernel prints what the lessons print, and what we print; pods, their bridge and cables are another's."""
    for command, printed in commands.items():
        found = [line for line in made.printed(command) if "proto kernel" not in line]
        wanted = [line for line in printed if PLUGIN not in line]
        assert [line for line in found if line in wanted] == wanted if "route" in command else {*wanted} <= {*found}
        assert command != "ip route" or found == wanted
    rows = [row for row in wish.desired.values() if not isinstance(row, Link)]
    for command, lines in as_iproute.sections(rows).items():
        told = [line for line in lines if not line.startswith(("N: ", "    link"))]
        assert told, command
        found = [line.removesuffix(" nodad") for line in made.printed(command)]
        assert [line for line in found if line in told] == told if "route" in command else {*told} <= {*found}, command


@pytest.mark.parametrize(("case", "name"), nodes(WRITTEN))
def test_one_cycle_reaches_the_case_and_the_next_has_nothing_to_do(case: Record, name: str, tmp_path: Path) -> None:
    whole = intent_of(tmp_path, case)[name]
    wish = without_lacking(whole)
    with host(node_of(case["input"], name), "\n".join(stand_ins(whole))) as made:
        assert made.cycle(wish).changes
        assert_is(made, wish, case, case["expect"][name])
        assert_prints(made, wish, case.get("text", {}).get(name, {}))


@pytest.mark.parametrize(("case", "name"), nodes([case for case in CASES if "input_after" in case]))
def test_one_cycle_leads_to_what_comes_after(case: Record, name: str, tmp_path: Path) -> None:
    """A node that moves has been given its new address by somebody else already, and has lost its old one."""
    before = intent_of(tmp_path / "before", case)[name]
    after = intent_of(tmp_path / "after", case, case["input_after"])[name]
    now, then = node_of(case["input_after"], name), node_of(case["input"], name)
    with host(then) as made:
        made.cycle(before)
        if now["ip4"] != then["ip4"]:
            made.must(f"ip address del {then['ip4']} dev {then['dev']}")
            made.must("\n".join(addresses(now)))
        assert made.cycle(after).changes
        assert_is(made, after, case, case["expect_after"][name])


@pytest.mark.parametrize(("case", "name"), nodes(WATCHED))
def test_of_cilium_nothing_is_written(case: Record, name: str, tmp_path: Path) -> None:
    wish = intent_of(tmp_path, case)[name]
    with host(node_of(case["input"], name), "\n".join(stand_ins(wish, "cilium_host"))) as made:
        plan = made.cycle(wish)
        assert plan.script.lines == ()
        assert {p.change.key for p in plan.changes} == {key for key in wish.desired if key.kind != "link"}
        assert made.write(*diff(state_of(wish.desired.values()), Live({}, {}))) == []
        assert_is(made, wish, case, case["expect"][name])
