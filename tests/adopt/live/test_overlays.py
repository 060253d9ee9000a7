"""What a CNI put into a kernel is recognised: the short intent comes back, and means the same rows."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable, Mapping
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from reconciler.adopt.live.adopt import Imported
from reconciler.core.resource import Resource, State, state_of
from reconciler.desired.documents import Node
from reconciler.desired.repository import Document as Read
from reconciler.intent.compile import compile_world
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from tests.adopt.live.law import check, loaded
from tests.intent import vectors
from tests.intent.strategies import Document, worlds
from tests.intent.test_laws import read

WHOLE = {
    "V01": {"cni": "calico", "calico": {"version": "3.30", "vxlan": {"mtu": 1450}}},
    "V03": {"cni": "calico", "calico": {"version": "3.33", "vxlan": {"mtu": 1450}}},
    "V07a": {"cni": "calico", "calico": {"version": "3.33"}},
    "V12": {"cni": "calico", "calico": {"version": "3.33"}},
    "V14a": {"cni": "calico", "calico": {"version": "3.33"}},
    "V14c": {"cni": "calico", "calico": {"version": "3.31"}},
    "V15a": {"cni": "calico", "calico": {"version": "3.33", "clusterRoutes": {"ipip": "felix", "none": "felix"}}},
    "V15b": {"cni": "calico", "calico": {"version": "3.31"}},
    "V17": {"cni": "flannel"},
    "V18": {"cni": "flannel", "flannel": {"backend": {"type": "vxlan", "directRouting": True}}},
    "V20a": {"cni": "flannel", "flannel": {"backend": {"type": "ipip"}}},
    "V33a": {"cni": "cilium"},
}
"""Worked cases of the reference, and the Cluster that explains all of each; the newest release where several do."""
ROWS = ("routes", "rules", "neighbors", "fdb", "ignore")


def made_true(documents: Iterable[Document]) -> dict[str, State]:
    """Nodes that have what the documents want, and their cables."""
    with tempfile.TemporaryDirectory() as folder:
        repository = read(Path(folder) / "desired", {"world.yaml": list(documents)})
    world = compile_world(repository)
    nodes = {document.name: document for document in repository.of(Node)}
    return {name: state_of([*_cables(nodes[name]), *world[name].desired.values()]) for name in nodes}


def _cables(node: Read[Node]) -> Iterable[Resource]:
    given = node.spec.underlay
    for name in {"eth0", "eth1", *node.spec.interfaces}:
        yield Link(ifname=name, mtu=getattr(node.spec.interfaces.get(name), "mtu", None) or 1500, up=True)
    if given is not None:
        for one in map(ip_interface, filter(None, (given.address, given.address6))):
            yield Address(dev=given.dev or "eth0", local=str(one.ip), prefixlen=one.network.prefixlen)


@functools.cache
def case(name: str) -> dict[str, Any]:
    return next(dict(one) for one in vectors.cases() if one["id"] == name)


def cluster_of(made: Imported) -> Mapping[str, Any]:
    (spec,) = (one.spec for one in made.documents if one.kind == "Cluster")
    return {name: value for name, value in spec.items() if name != "nodes"}


@pytest.mark.parametrize("name", WHOLE)
def test_the_short_intent_comes_back(name: str) -> None:
    world = made_true(vectors.documents(case(name)))
    made = check(world, {})
    assert cluster_of(made) == WHOLE[name]
    assert not made.unknown
    assert [one.name for one in made.documents for section in ROWS if one.spec.get(section)] == []
    compiled = compile_world(loaded(made))
    for node, state in world.items():
        wanted = compiled[node].desired
        assert {key: row for key, row in state.items() if not _is_cable(row)}.items() <= wanted.items()


def node(place: int, families: str) -> Document:
    """One of two flannel nodes, of IPv4, of IPv6, or of both."""
    own = {"4": f"10.0.0.{place}/24", "6": f"fd00::{place}/64"}
    shares = {"4": f"10.42.{place}.0/24", "6": f"fd42:0:0:{place}::/64"}
    ends = {"4": {"vxlan": {"mac": f"02:00:00:00:04:0{place}"}}, "6": {"vxlan6": {"mac": f"02:00:00:00:06:0{place}"}}}
    spec = {
        "interfaces": {"eth1": {"addresses": [own[one] for one in families]}},
        "tunnel": {name: end for one in families for name, end in ends[one].items()},
        "podCIDRs": [shares[one] for one in families],
    }
    return {"apiVersion": "reconciler/v1", "kind": "Node", "metadata": {"name": f"k-{place}"}, "spec": spec}


@pytest.mark.parametrize("families", ["46", "6"])
def test_flannel_over_ipv6_has_no_mtu_of_its_own(families: str) -> None:
    spec = {"cni": "flannel", "nodes": ["k-1", "k-2"]}
    cluster = {"apiVersion": "reconciler/v1", "kind": "Cluster", "metadata": {"name": "k"}, "spec": spec}
    made = check(made_true([node(1, families), node(2, families), cluster]), {})
    assert cluster_of(made) == {"cni": "flannel"}
    assert [one.name for one in made.documents for section in ROWS if one.spec.get(section)] == []


def _is_cable(row: Resource) -> bool:
    """Of these documents say less than the kernel does."""
    return isinstance(row, Link) and row.info_kind is None


@settings(max_examples=8, deadline=None, derandomize=True)
@given(worlds())
def test_an_import_of_any_overlay_changes_nothing(documents: list[Document]) -> None:
    check(made_true(documents), {})
