"""Interfaces that somebody else made under a name of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.load import load
from reconciler.engine.cycle import Cycle
from reconciler.engine.record import Record
from reconciler.linux.link import Link

from .fakes import DictTransport, device


@pytest.mark.parametrize(
    ("live", "status"),
    [
        (Link(ifname="vx1", info_kind="veth"), "held"),
        (Link(ifname="vx1", info_kind="vxlan", id=2, port=4789, learning=False), "held"),
        (Link(ifname="vx1", info_kind="vxlan", id=1, port=4789, learning=False), "ok"),
        (Link(ifname="vx1", info_kind="vxlan", id=2, port=4789, learning=False, alias="reconciler"), "ok"),
    ],
)
async def test_an_interface_of_somebody_elses_is_never_deleted_for_ours(
    tmp_path: Path, live: Link, status: str
) -> None:
    """One that is what we want but for our mark is adopted; one with our mark is ours to make again."""
    document = "apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\n"
    (tmp_path / "nodes.yaml").write_text(f"{document}spec: {{interfaces: {{vx1: {{vxlan: {{id: 1}}}}}}}}")
    there = device("n1", DictTransport.having(live))
    plan = await Cycle(load(tmp_path), {"n1": there}, Record(tmp_path)).plan()
    assert [(d.status, d.approvable) for d in plan.devices] == [(status, False)]
    assert status == "ok" or "link vx1 is there" in plan.devices[0].reason
