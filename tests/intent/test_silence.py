"""What nobody tells is not wished away: rows that a missing fact decides stay as they are (docs/adr/0005)."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core.resource import Key, Resource
from reconciler.desired.documents import BlockAffinity
from reconciler.intent.compile import World
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Owns
from reconciler.switch.kinds import StaticRoute

from .test_compile import compile_, pool, told

CLUSTER = """\
apiVersion: reconciler/v1
kind: Cluster
metadata: {name: k}
spec: {cni: CNI, nodes: [a, b], apiNode: a}
"""
SWITCH = """\
apiVersion: reconciler/v1
kind: Switch
metadata: {name: leaf}
spec: {vlans: {10: {}}, svis: {10: {addresses: [172.16.0.254/24]}}}
"""
NODES = "".join(
    f"---\napiVersion: reconciler/v1\nkind: Node\nmetadata: {{name: {name}}}\n"
    f"spec: {{interfaces: {{eth0: {{addresses: [172.16.0.{number}/24]}}}}}}\n"
    for number, name in enumerate("ab", start=1)
)
KEYS = ("ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=", "PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=")


def kept(world: World, device: str, row: Resource) -> bool:
    """Whether a row that ``device`` has, and that is no wish, stays."""
    wish = world[device]
    assert row.key not in wish.desired
    return not wish.owns(row) or any(unknown.covers(row.key) for unknown in wish.unknown)


def calico(cni: str = "calico", more: str = "") -> str:
    return CLUSTER.replace("CNI", cni).replace("apiNode: a", f"apiNode: a{more}")


def unencapsulated() -> str:
    return pool().replace("CrossSubnet", "Never")


@pytest.mark.parametrize(
    "facts",
    [{"k": ClusterFacts(failed="a is unreachable")}, told(affinities=None), {}],
    ids=["failed", "no affinities", "not asked"],
)
@pytest.mark.parametrize("pools", [True, False])
def test_routes_on_the_switch(tmp_path: Path, facts: dict[str, ClusterFacts], pools: bool) -> None:
    documents = {"w.yaml": calico(more=", switchRoutes: static"), "n.yaml": NODES, "s.yaml": SWITCH}
    documents |= {"p.yaml": unencapsulated()} if pools else {}
    world = compile_(tmp_path, documents, facts, {"leaf": Owns(routes=True)})
    assert kept(world, "leaf", StaticRoute(dst="10.0.0.64/26", via="172.16.0.2"))


def test_routes_on_the_switch_to_a_block_that_is_gone(tmp_path: Path) -> None:
    documents = {"w.yaml": calico(more=", switchRoutes: static"), "n.yaml": NODES, "s.yaml": SWITCH}
    documents["p.yaml"] = unencapsulated()
    facts = told(affinities=[BlockAffinity(node="a", cidr="10.0.0.0/26")], blocks=())
    world = compile_(tmp_path, documents, facts, {"leaf": Owns(routes=True)})
    assert Key("static_route", "10.0.0.0/26 via 172.16.0.1") in world["leaf"].desired
    assert not kept(world, "leaf", StaticRoute(dst="10.0.0.64/26", via="172.16.0.2"))
