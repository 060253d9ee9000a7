"""An interface of somebody else's goes with the one that it stands on: a plan that would take it along is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from reconciler.core.change import Change
from reconciler.core.limits import interfaces_on_top
from reconciler.core.resource import state_of
from reconciler.linux.link import Link, read

VXLAN = Link(ifname="vx", info_kind="vxlan", id=7, port=4789, local="10.0.0.1", up=True)
OTHER_VNI = dataclasses.replace(VXLAN, id=8)
OTHER_MAC = dataclasses.replace(VXLAN, address="02:00:00:00:00:01")
ON_TOP = Link(ifname="mv0", info_kind="macvlan", lower="vx", up=True)
REASON = "link mv0 stands on vx, and would go with it; delete it first"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([Change(VXLAN, None)], REASON),
        ([Change(VXLAN, OTHER_VNI)], REASON),
        ([Change(VXLAN, OTHER_MAC)], None),
        ([Change(VXLAN, None), Change(ON_TOP, None)], None),
        ([Change(VXLAN, OTHER_VNI, replays=(ON_TOP,))], None),
        ([Change(Link(ifname="br0", info_kind="bridge"), None)], None),
    ],
)
def test_who_would_go_along(changes: Sequence[Change], reason: str | None) -> None:
    assert interfaces_on_top(changes, state_of([VXLAN, ON_TOP, Link(ifname="eth0", lower=None)])) == reason


@pytest.mark.parametrize("kind", ["vlan", "macvlan", "macvtap", "ipvlan", "ipvtap"])
def test_it_is_known_what_an_interface_stands_on(kind: str) -> None:
    row = {"ifname": "on", "link": "vx", "flags": ["UP"], "linkinfo": {"info_kind": kind}, "mtu": 1450, "txqlen": 1000}
    (link,) = read([row], {})
    assert link.lower == "vx"
