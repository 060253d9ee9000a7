"""Who takes a frame that comes out of a VXLAN device: what the walk says of a MAC, the kernel does, strict or not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.stand_in import stand_in
from reconciler.walk.flow import Flow
from reconciler.walk.topology import Topology
from reconciler.walk.walk import walk
from tests.linux.conftest import bare, node
from tests.linux.node import Node

pytestmark = pytest.mark.kernel
__all__ = ["bare", "node"]

OLD, NEW = "66:fb:ad:98:aa:13", "66:fb:ad:98:aa:31"
VTEP = Key("link", "vxlan.calico")
HERE = """
ip route add 192.168.9.0/24 via 192.168.9.64 dev vxlan.calico onlink proto 142
ip neigh add 192.168.9.64 dev vxlan.calico lladdr 66:00:00:00:00:09 nud permanent
bridge fdb add 66:00:00:00:00:09 dev vxlan.calico dst 10.10.10.12
"""
THERE = f"""
ip link set lo up; ip link set eth1 up; ip address add 10.10.10.12/24 dev eth1
ip link add vxlan.calico address 66:00:00:00:00:09 type vxlan id 4096 dstport 4789 local 10.10.10.12 nolearning
ip link set vxlan.calico up; ip address add 192.168.9.64/32 dev vxlan.calico
ip route add 192.168.81.64/26 via 192.168.81.64 dev vxlan.calico onlink proto 142
for mac in {OLD} {NEW}; do bridge fdb append $mac dev vxlan.calico dst 10.10.10.11; done
ip neigh add 192.168.81.64 dev vxlan.calico lladdr {OLD} nud permanent
"""
FLOW = Flow("peer", "node", "192.168.9.64", "192.168.81.64")
NOWHERE = Topology({}, {"peer": "linux", "node": "linux"})


@pytest.fixture
def peer(node: Node) -> Iterator[Node]:
    """Another node at the other end of the cable."""
    other = Node(f"{node.namespace}-2")
    subprocess.run(["ip", "netns", "add", other.namespace], check=True)
    node.must(f"ip link set far netns {other.namespace} name eth1{HERE}")
    other.must(THERE)
    yield other
    subprocess.run(["ip", "netns", "del", other.namespace], check=True)


def hears(node: Node, peer: Node) -> bool:
    """The kernel's word; the walk has the same."""
    rows = {"peer": peer.reading().found, "node": node.reading().found}
    foretold = walk(rows, NOWHERE, FLOW)
    pinged = peer.shell("ping -n -q -c 1 -W 0.3 -I 192.168.9.64 192.168.81.64").status == 0
    assert foretold.verdict == ("delivered" if pinged else "dropped"), foretold.why
    return pinged


@pytest.mark.parametrize("strictness", [0, 1, 2])
def test_a_stand_in_takes_what_is_for_the_new_mac(node: Node, peer: Node, strictness: int) -> None:
    node.must(f"echo {strictness} | tee /proc/sys/net/ipv4/conf/*/rp_filter")
    was = node.reading().found[VTEP]
    assert isinstance(was, Link)
    link, address = stand_in(was, NEW)
    assert hears(node, peer)
    told = peer.reading().found[Key("neighbour", "192.168.81.64 dev vxlan.calico")]
    assert isinstance(told, Neighbour)
    peer.write(Change(told, replace(told, lladdr=NEW)))
    assert not hears(node, peer)
    assert node.write(Change(None, link), Change(None, address)) == []
    assert hears(node, peer)
    assert link.lens(node.reading().found[link.key]) == link
    assert node.write(Change(was, replace(was, address=NEW)), Change(link, None)) == []
    assert hears(node, peer)
    assert link.key not in node.reading().found


def test_without_an_address_it_takes_nothing_where_paths_are_filtered(node: Node, peer: Node) -> None:
    node.must("echo 2 | tee /proc/sys/net/ipv4/conf/*/rp_filter")
    was = node.reading().found[VTEP]
    assert isinstance(was, Link)
    assert node.write(Change(None, stand_in(was, OLD.replace("13", "44"))[0])) == []
    peer.must(f"ip neigh replace 192.168.81.64 dev vxlan.calico lladdr {OLD.replace('13', '44')} nud permanent")
    assert not hears(node, peer)
