"""What nobody tells is not wished away: rows that a missing fact decides stay as they are (docs/adr/0005)."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cluster.facts import NodeFacts
from reconciler.core.resource import Key, Resource
from reconciler.desired.documents import BlockAffinity, FelixConfiguration
from reconciler.intent.compile import World
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Owns
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
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


def wireguard_nodes(*addresses: str) -> str:
    return "".join(
        f"---\napiVersion: reconciler/v1\nkind: Node\nmetadata: {{name: {name}}}\n"
        f"spec: {{interfaces: {{eth0: {{{address}}}}}, tunnel: {{wireguard: "
        f'{{address: 10.0.{number}.1, publicKey: "{KEYS[number]}"}}}}}}\n'
        for number, (name, address) in enumerate(zip("ab", addresses, strict=True))
    )


@pytest.mark.parametrize(
    ("blocks", "address"),
    [(False, "addresses: [172.16.0.2/24]"), (True, "")],
    ids=["no affinities", "no address of the peer"],
)
def test_wireguards_peers(tmp_path: Path, blocks: bool, address: str) -> None:
    affinities = [BlockAffinity(node=n, cidr=f"10.0.{i}.0/26") for i, n in enumerate("ab")]
    facts = {"k": ClusterFacts(version="v3.32.2", affinities=affinities if blocks else None)}
    nodes = wireguard_nodes("addresses: [172.16.0.1/24]", address)
    documents = {"w.yaml": calico(), "p.yaml": unencapsulated(), "n.yaml": nodes}
    wish = compile_(tmp_path, documents, facts)["a"]
    device = wish.desired[Key("link", "wireguard.cali")]
    assert isinstance(device, Link)
    assert device.peers is None
    assert any(unknown.kind == "link" for unknown in wish.unknown)
    thrown = [row for row in wish.desired.values() if isinstance(row, Route) and row.type == "throw"]
    assert all(row.dst.startswith("10.0.0.") for row in thrown)


def test_wireguard_without_pools(tmp_path: Path) -> None:
    nodes = wireguard_nodes("addresses: [172.16.0.1/24]", "addresses: [172.16.0.2/24]")
    wish = compile_(tmp_path, {"w.yaml": calico(), "n.yaml": nodes}, told())["a"]
    assert {row.link or row.name for row in wish.desired.values()} == {"eth0"}
    assert not wish.owns(Link(ifname="wireguard.cali", info_kind="wireguard"))


def test_birds_routes_to_ends_of_tunnels(tmp_path: Path) -> None:
    tunnelled = pool().replace("vxlanMode: CrossSubnet", "ipipMode: Always")
    documents = {"w.yaml": calico(), "n.yaml": NODES, "p.yaml": tunnelled}
    facts = {"k": ClusterFacts(version="v3.32.2", affinities=[BlockAffinity(node="a", cidr="10.0.0.0/26")], blocks=())}
    world = compile_(tmp_path, documents, facts)
    end = Route(dst="10.0.0.7/32", gateway="172.16.0.2", dev="tunl0", protocol=12, metric=1024, onlink=True)
    assert kept(world, "a", end)


@pytest.mark.parametrize(
    ("cni", "section"),
    [
        ("flannel", "flannel: {network: 10.42.0.0/16, backend: {type: host-gw}}"),
        ("flannel", "flannel: {network: 10.42.0.0/16, backend: {directRouting: true}}"),
        ("flannel", "flannel: {network: 10.42.0.0/16, backend: {type: ipip, directRouting: true}}"),
        ("cilium", "cilium: {routing: native, autoDirectNodeRoutes: true}"),
    ],
)
def test_who_is_near_where_annotations_tell_no_subnet(tmp_path: Path, cni: str, section: str) -> None:
    told_nodes = {
        name: NodeFacts({4: f"172.16.0.{number}"}, {}, {"vxlan": f"66:00:00:00:00:0{number}"}, {}, (cidr,))
        for number, (name, cidr) in enumerate({"a": "10.42.0.0/24", "b": "10.42.1.0/24"}.items(), start=1)
    }
    nodes = "".join(f"---\napiVersion: reconciler/v1\nkind: Node\nmetadata: {{name: {n}}}\nspec: {{}}\n" for n in "ab")
    documents = {"w.yaml": calico(cni, f", {section}"), "n.yaml": nodes}
    world = compile_(tmp_path, documents, {"k": ClusterFacts(nodes=told_nodes)})
    assert kept(world, "a", Route(dst="10.42.1.0/24", gateway="172.16.0.2", dev="eth0", protocol=3))
    assert any("10.42.1.0/24" in unknown.name for unknown in world["a"].unknown)
    assert not any("cannot reach" in str(warning) for warning in world.warnings)


@pytest.mark.parametrize(
    ("section", "felix", "stays"),
    [("{}", None, True), ("{wireguard: false}", None, False), ("{}", FelixConfiguration(), False)],
)
def test_wireguard_of_which_nobody_speaks(
    tmp_path: Path, section: str, felix: FelixConfiguration | None, stays: bool
) -> None:
    documents = {"w.yaml": calico(more=f", calico: {section}"), "n.yaml": NODES, "p.yaml": pool()}
    world = compile_(tmp_path, documents, told(felix=None if felix is None else {"default": felix}))
    rows: tuple[Resource, ...] = (
        Link(ifname="wireguard.cali", info_kind="wireguard"),
        Rule(priority=99, family=4, inverted=True, fwmark="0x200000", fwmask="0x200000", table=1, protocol=3),
        Route(dst="10.0.0.64/26", dev="wireguard.cali", protocol=3, scope="link", table=1),
    )
    assert [kept(world, "a", row) for row in rows] == [stays] * 3
