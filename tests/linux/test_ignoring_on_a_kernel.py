"""On a real kernel: what is ignored of an entry stays, through changes of the rest of it, and through their undoing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer, Failure, Script
from reconciler.core.resource import Key, Live, state_of
from reconciler.desired.load import load
from reconciler.engine.cycle import Cycle
from reconciler.engine.observe import Device
from reconciler.engine.record import Record

from .node import DRIVER, Node

pytestmark = pytest.mark.kernel

DOCUMENT = """apiVersion: reconciler/v1
kind: Node
metadata: {name: n1}
spec:
  interfaces:
    eth1: {mtu: 1500, txqlen: 700}
    br7: {bridge: {forwardDelay: 4}, mtu: 1300}
  routes: [{dst: 172.16.0.0/16, via: 10.10.10.12, dev: eth1, mtu: 1400, src: 10.10.10.11}]
  neighbors: [{dst: 10.10.10.77, dev: eth1, mac: "02:00:00:00:00:77"}]
  ignore:
    - {kind: link, fields: [mtu]}
    - {kind: route, fields: [mtu, prefsrc]}
    - {kind: neighbour, name: "* dev eth1"}
"""
THEIRS = """ip link set eth1 mtu 1480 txqueuelen 900
ip link add br7 type bridge forward_delay 1500
ip link set br7 alias reconciler mtu 1200 up
ip route add 172.16.0.0/16 via 10.10.10.10 dev eth1 mtu 1350 proto 142
ip neigh add 10.10.10.77 lladdr 02:00:00:00:00:99 dev eth1 nud permanent
ip neigh add 10.10.10.78 lladdr 02:00:00:00:00:98 dev eth1 nud permanent protocol 142"""


class Namespace:
    """A transport into a namespace; ``sent``: every line that could change something."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.sent: list[str] = []

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        return self.node.answers()

    async def apply(self, script: Script) -> Sequence[Failure]:
        self.sent += map(str, script.lines)
        return self.node.send(script)

    async def close(self) -> None:
        return None


async def test_what_is_ignored_is_never_written(node: Node, tmp_path: Path) -> None:
    node.must(THEIRS)
    (tmp_path / "n.yaml").write_text(DOCUMENT)
    way = Namespace(node)
    made = Cycle(
        load(tmp_path / "n.yaml"), {"n1": Device("n1", "linux", DRIVER, way)}, Record(tmp_path / "i", tmp_path)
    )
    plan = await made.plan()
    (planned,) = plan.devices
    assert {str(one.change.key): set(one.change.fields) for one in planned.changes} == {
        "link eth1": {"txqlen"},
        "link br7": {"forward_delay"},
        "route 172.16.0.0/16 table 254 metric 0": {"gateway"},
    }
    (outcome,) = await made.apply(plan)
    assert outcome.ok
    assert not [line for line in way.sent if "link" in line and "mtu" in line]
    found = node.must("ip link show eth1; ip link show br7; ip route show 172.16.0.0/16; ip neigh show nud permanent")
    for words in ("mtu 1480", "qlen 700", "mtu 1200", "via 10.10.10.12", "mtu 1350", "00:99", "00:98"):
        assert words in found, found
    assert "src 10.10.10.11" not in found
    assert (await made.plan()).devices[0].in_sync
    _undone(node, [one.change for one in planned.changes])


def _undone(node: Node, changes: Sequence[Change]) -> None:
    """The same diff with its arguments swapped, of what was ignored too not a word."""
    before = state_of(change.before for change in changes if change.before is not None)
    after = state_of(change.after for change in changes if change.after is not None)
    assert node.write(*diff(before, Live(after, {}))) == []
    found = node.must("ip link show eth1; ip link show br7; ip route show 172.16.0.0/16")
    for words in ("mtu 1480", "qlen 900", "mtu 1200", "via 10.10.10.10", "mtu 1350"):
        assert words in found, found
    reading = node.reading()
    assert all(row.lens(row) == row for row in reading.found.values()), "as it is is no difference"
    assert Key("neighbour", "10.10.10.77 dev eth1") in reading.found
