"""What goes with an interface need not be deleted; what is in somebody's way, or stays with the kernel, has to be."""

from __future__ import annotations

import dataclasses
import time

import pytest

from reconciler.core.change import Change
from reconciler.core.resource import Resource, state_of
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.operation import operations
from reconciler.linux.route import Route

from .node import DRIVER, Node

ROUTE = Route(dst="fd00:9::/64", gateway="fd00:1::10", dev="eth1", protocol=142, metric=1024)
MANY = 10_000


def gone(*resources: Resource) -> list[str]:
    """What has to be deleted by itself where all ``resources`` are to go."""
    _, breaks = operations([Change(one, None) for one in resources], state_of(resources))
    return [operation.subject.name for operation in breaks]


def test_what_stands_on_an_interface_goes_with_it() -> None:
    link = Link(ifname="vx7", info_kind="vxlan", id=7)
    assert gone(link, Address(dev="vx7", local="10.2.1.0", prefixlen=32)) == ["vx7"]


def test_the_kernels_own_tunnel_stays_and_so_would_what_is_on_it() -> None:
    """docs/KERNEL.md, fact 35: its delete is taken and does nothing. A way back may ask for it."""
    link = Link(ifname="tunl0", info_kind="ipip")
    rows = [
        Address(dev="tunl0", local="10.2.1.0", prefixlen=32),
        Neighbour(dev="tunl0", dst="10.2.1.9", lladdr="02:00:00:00:00:09"),
        Route(dst="10.4.0.0/26", gateway="10.10.10.12", dev="tunl0", onlink=True, protocol=12),
    ]
    assert {row.name for row in rows} <= {*gone(link, *rows)}


@pytest.mark.kernel
@pytest.mark.parametrize("stays", [False, True])
def test_an_ipv6_route_in_the_way_of_another_leaves_before_its_interface(node: Node, *, stays: bool) -> None:
    """docs/KERNEL.md, fact 34: its interface goes last, and the gateway is refused until it has gone."""
    blocking = dataclasses.replace(ROUTE, gateway=None, dev="vxlan.calico")
    node.must(f"ip route add {blocking.dst} dev {blocking.dev} proto 142")
    found = node.reading().found
    moved = dataclasses.replace(blocking, dev="eth1") if stays else None
    way = dataclasses.replace(ROUTE, dst="fd00:8::/64", gateway="fd00:9::5", onlink=True)
    device = next(one for one in found.values() if isinstance(one, Link) and one.ifname == "vxlan.calico")
    changes = [Change(device, None), Change(found[blocking.key], moved), Change(None, way)]
    assert node.send(DRIVER.write(changes, node.reading())) == []
    now = node.reading().found
    assert way.key in now
    assert device.key not in now
    assert (blocking.key in now) == stays


def test_many_routes_go_in_no_time() -> None:
    """0.3 s here; 7 s when each of them was held against all."""
    routes = [
        Route(dst=f"10.{i >> 8}.{i & 255}.0/24", gateway="10.10.10.12", dev="eth1", protocol=80) for i in range(MANY)
    ]
    began = time.process_time()
    assert len(gone(*routes)) == MANY
    assert time.process_time() - began < 3
