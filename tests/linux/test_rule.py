"""Policy rules on a real kernel: written, read back equal, marked, removed; and never another one in their place."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer, Unreadable
from reconciler.core.resource import Live, state_of
from reconciler.linux.claim import LinuxClaim
from reconciler.linux.rule import Rule

from .node import DRIVER, Node

pytestmark = pytest.mark.kernel

FOUR: dict[str, dict[str, Any]] = {
    "from": {"src": "10.1.0.0/16"},
    "from a host": {"src": "10.1.0.1/32"},
    "to": {"dst": "10.2.0.0/16"},
    "not": {"inverted": True, "fwmark": "0x200000", "fwmask": "0x200000"},
    "mark": {"fwmark": "0x1"},
    "mark of no bits": {"fwmark": "0", "fwmask": "0xf"},
    "tos": {"tos": "0x10"},
    "iif": {"iif": "eth1"},
    "iif that is not there": {"iif": "gone"},
    "oif": {"oif": "eth1"},
    "protocol and ports": {"ipproto": 6, "sport": "80", "dport": "100-200"},
    "uids": {"uidrange": "0-1000"},
    "one uid": {"uidrange": "7"},
    "tunnel": {"tun_id": 18446744073709551615},
    "suppress": {"suppress_prefixlength": 0, "suppress_ifgroup": 5},
    "high table": {"table": 4294967295},
    "l3mdev": {"l3mdev": True, "table": None},
    "blackhole": {"action": "blackhole", "table": None},
    "unreachable": {"action": "unreachable", "table": None},
    "prohibit": {"action": "prohibit", "table": None},
    "nop": {"action": "nop", "table": None},
    "goto": {"action": "goto", "goto": 32766, "table": None},
    "goto nowhere yet": {"action": "goto", "goto": 999, "table": None},
    "high priority": {"priority": 4294967295},
}
SIX: dict[str, dict[str, Any]] = {
    "from": {"src": "fd00:1::/64"},
    "to a host": {"dst": "fd00:2::1/128"},
    **{name: given for name, given in FOUR.items() if name not in ("from", "from a host", "to")},
}
WAYS = [(4, name) for name in [*FOUR, "realms"]] + [(6, name) for name in SIX]


def _rule(family: int, **fields: Any) -> Rule:
    return Rule(**({"priority": 100, "family": family, "table": 77, "protocol": 142} | fields))


@pytest.mark.parametrize(("family", "way"), WAYS)
def test_a_rule(node: Node, family: int, way: str) -> None:
    given = {"realms": "1/2"} if way == "realms" else (FOUR if family == 4 else SIX)[way]
    rule = _rule(family, **given)
    other = dataclasses.replace(rule, protocol=0)
    reading = node.reading()
    untouched = reading.found
    for before, after in [(None, rule), (rule, other), (other, rule), (rule, None)]:
        reading = node.after(reading, Change(before, after))
        found = reading.found
        assert {key: found[key] for key in found if key != rule.key} == untouched
        assert found.get(rule.key) == after


@pytest.mark.parametrize("seed", range(6))
def test_any_rules_lead_to_any_others(node: Node, seed: int) -> None:
    """The kernel tells rules of one priority apart badly: what is wanted and what is not may differ by one word."""
    chosen = random.Random(seed)
    given = [{}, {"fwmark": "0x1"}, {"sport": "80"}, {"uidrange": "1-2"}, {"iif": "eth1"}, {"oif": "eth1"}]
    rules = [_rule(family, **(one | other)) for family in (4, 6) for one in given for other in given]
    claim = LinuxClaim()
    reading = node.reading()
    for _ in range(3):
        wanted = state_of(chosen.sample(rules, 8))
        ours = {key: row for key, row in reading.found.items() if claim.owns(row)}
        reading = node.after(reading, *diff(wanted, Live(ours, {})))
        assert {key: row for key, row in reading.found.items() if claim.owns(row)} == wanted


def test_a_wish_may_leave_the_protocol_open() -> None:
    wish, live = _rule(4, protocol=None), _rule(4, protocol=0)
    assert diff(state_of([wish]), Live(state_of([live]), {})) == []
    assert LinuxClaim(declared=state_of([wish])).owns(live)
    assert not LinuxClaim(declared=state_of([_rule(4)])).owns(live)


def test_the_kernels_own_rules_are_not_ours(node: Node) -> None:
    rules = [row for row in node.reading().found.values() if isinstance(row, Rule)]
    assert [(rule.family, rule.priority) for rule in rules] == [(4, 0), (4, 32766), (4, 32767), (6, 0), (6, 32766)]
    assert not any(LinuxClaim().owns(rule) for rule in rules)


@pytest.mark.parametrize(
    ("said", "readable"),
    [
        ("RTNETLINK answers: Address family not supported by protocol\nDump terminated", True),
        ("Dump terminated", False),
    ],
)
def test_a_kernel_without_ipv6_has_no_rules_for_it(node: Node, said: str, *, readable: bool) -> None:
    answers = node.answers()
    answers[6] = Answer("[", 255, said)
    if not readable:
        with pytest.raises(Unreadable, match="-6 rule show"):
            DRIVER.read(answers)
        return
    assert not any(isinstance(row, Rule) and row.family == 6 for row in DRIVER.read(answers).found.values())
