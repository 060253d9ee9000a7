"""A new rule that would lead a node's packets back to us elsewhere is found, and nothing else is."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from reconciler.core.change import Change
from reconciler.core.limits import own_session
from reconciler.core.resource import Key, state_of
from reconciler.linux.rule import Rule

from .test_way import ON_LINK, RULES, TUNNELLED, node, to


def rule(priority: int = 5, **fields: Any) -> Rule:
    return Rule(priority=priority, family=fields.pop("family", 4), protocol=142, **fields)


TAKER = to("172.20.20.0/24", gateway="10.10.10.1", dev="eth1", table=77)


@pytest.mark.parametrize(
    ("want", "refused"),
    [
        (rule(action="blackhole"), True),
        (rule(action="prohibit", dst="172.20.20.0/24"), True),
        (rule(action="unreachable", src="172.20.20.4/32", fwmark="0x1"), True),
        (rule(action="unreachable", inverted=True, src="172.20.20.4/32"), True),
        (rule(action="goto", goto=9), True),
        (rule(action="nop"), False),
        (rule(action="blackhole", priority=10), False),
        (rule(action="blackhole", src="10.0.0.0/8"), False),
        (rule(action="blackhole", iif="eth1"), False),
        (rule(action="blackhole", family=6), False),
        (rule(table=77), True),
        (rule(table=77, dst="172.20.20.0/24", fwmark="0x1"), True),
        (rule(table=77, dst="172.20.21.0/24"), False),
        (rule(table=77, priority=11), False),
        (rule(table=77, suppress_prefixlength=24), False),
        (rule(table=77, suppress_prefixlength=23), True),
        (rule(table=78), False),
        (rule(table=254), False),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_rule_that_leads_elsewhere(want: Rule, *, refused: bool) -> None:
    reading = node(ON_LINK)
    there = dataclasses.replace(reading, found=state_of([*reading.found.values(), TAKER]))
    way = dataclasses.replace(reading.way, routes=(TAKER,))  # type: ignore[type-var]
    assert (own_session([Change(None, want)], there.session, way) is not None) == refused
    assert (own_session([Change(None, want), Change(None, TAKER)], there.session, reading.way) is not None) == refused


def test_the_rule_that_leads_us_stays() -> None:
    reading = node(TUNNELLED, rules=[{"src": "all", "table": "51820", "protocol": "142"}, *RULES])
    led = reading.found[Key("rule", "0: from all lookup 51820")]
    said = own_session([Change(led, None)], reading.session, reading.way)
    assert said == f"would delete {led.key}: carries our own SSH session (to 172.20.20.4)"
