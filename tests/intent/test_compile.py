"""What the compiler says beside the rows: lines, contradictions, what is ours, what is looked up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

import pytest

from reconciler.cli import compiled
from reconciler.cluster.facts import NodeFacts
from reconciler.cluster.ippool import IPPool
from reconciler.core.codec import from_json
from reconciler.core.resource import Key
from reconciler.desired.documents import BlockAffinity, FelixConfiguration
from reconciler.desired.documents import IPPool as PoolSpec
from reconciler.desired.load import load
from reconciler.intent.compile import World, compile_world
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Owns
from reconciler.linux.address import Address
from reconciler.linux.claim import Except
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan

SEED = Path(__file__).parents[2] / "desired"
KINDS = (Address, FdbEntry, Link, Neighbour, Route, Interface, Routing, StaticRoute, Svi, Vlan, IPPool)
SWITCH = """\
apiVersion: reconciler/v1
kind: Switch
metadata: {name: leaf}
spec:
  vlans: {10: {}, 1000: {}}
  interfaces: {Ethernet1: {access: 2000}}
"""
NODE = """\
apiVersion: reconciler/v1
kind: Node
metadata: {name: a}
spec:
  interfaces:
    eth0: {addresses: [172.16.0.1/24]}
  routes:
    - {dst: 10.9.0.0/16, via: 172.16.0.9}
"""
CLUSTER = """\
apiVersion: reconciler/v1
kind: Cluster
metadata: {name: k}
spec: {cni: calico, nodes: [a, b], apiNode: a, mode: MODE}
"""
AFFINITY = """\
apiVersion: crd.projectcalico.org/v1
kind: BlockAffinity
metadata: {name: b-10-0-3-0-26}
spec: {node: b, cidr: 10.0.3.0/26, state: confirmed}
"""
POOL = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pool, annotations: {reconciler/absent: "ABSENT"}}
spec: {cidr: 10.0.0.0/16, vxlanMode: CrossSubnet}
"""


def compile_(
    folder: Path,
    documents: Mapping[str, str],
    facts: Mapping[str, ClusterFacts] | None = None,
    owns: Mapping[str, Owns] | None = None,
) -> World:
    for name, text in documents.items():
        (folder / name).write_text(text)
    return compile_world(load(folder), facts, owns)


def cluster(mode: str = "enforce") -> str:
    return CLUSTER.replace("MODE", mode)


def pool(absent: str = "false") -> str:
    return POOL.replace("ABSENT", absent)


def told(**more: object) -> dict[str, ClusterFacts]:
    """What a cluster of two nodes in two subnets tells."""
    nodes = {
        "a": NodeFacts({4: "172.16.0.1/24"}, {"vxlan": "10.0.0.0"}),
        "b": NodeFacts({4: "172.16.1.1/24"}, {"vxlan": "10.0.0.64"}, {"vxlan": "66:00:00:00:00:0b"}),
    }
    affinities = [BlockAffinity(node=n, cidr=f"10.0.0.{64 * i}/26") for i, n in enumerate("ab")]
    given: dict[str, object] = {"version": "v3.30.2", "nodes": nodes, "affinities": affinities}
    return {"k": ClusterFacts(**{**given, **more})}  # type: ignore[arg-type]


def test_a_row_names_every_line_that_made_it() -> None:
    wish = compile_world(load(SEED))["k01-worker"]
    route = wish.desired[Key("route", "192.168.209.64/26 table 254 metric 0")]
    files = [part.partition(":")[0] for part in route.origin.split(", ")]
    assert files == ["affinities.yaml", "pools.yaml", "nodes.yaml"]
    by_hand = wish.desired[Key("route", "10.10.20.0/24 table 254 metric 0")]
    lines = (SEED / "nodes.yaml").read_text().splitlines()
    assert "10.10.20.0/24" in lines[int(by_hand.origin.partition(":")[2]) - 1]


def test_the_seed_raises_no_word() -> None:
    intent = compile_world(load(SEED))
    assert not intent.problems
    assert not intent.warnings
    assert not any(wish.holds or wish.unknown for wish in intent.values())


def test_two_wishes_for_one_key(tmp_path: Path) -> None:
    documents = {
        "pool.yaml": pool(),
        "cluster.yaml": cluster(),
        "node.yaml": NODE + "    - {dst: 10.0.0.64/26, via: 172.16.0.8}\n",
    }
    intent = compile_(tmp_path, documents, told())
    [problem] = intent.problems
    assert "route 10.0.0.64/26 table 254 metric 0 is wanted twice" in problem.what
    assert problem.file == f"{tmp_path.name}/pool.yaml"
    assert "node.yaml:9" in problem.what


def test_a_gateway_of_no_declared_subnet_needs_its_interface(tmp_path: Path) -> None:
    documents = {"node.yaml": NODE + "    - {dst: 10.8.0.0/16, via: 192.0.2.1}\n"}
    [problem] = compile_(tmp_path, documents).problems
    assert "10.8.0.0/16" in problem.what
    assert problem.line == 9


def test_a_vlan_of_others(tmp_path: Path) -> None:
    owns = {"leaf": Owns(vlans=frozenset(range(2, 1000)))}
    [problem] = compile_(tmp_path, {"switch.yaml": SWITCH}, owns=owns).problems
    assert problem.what == "VLAN 1000 is outside the inventory's owns.vlans"
    assert problem.line == 5


def test_what_of_a_switch_may_be_pruned(tmp_path: Path) -> None:
    owns = {"leaf": Owns(vlans=frozenset({10, 11, 1000}), routes=True)}
    wish = compile_(tmp_path, {"switch.yaml": SWITCH}, owns=owns)["leaf"]
    assert wish.owns(Vlan(id=11))
    assert not wish.owns(Vlan(id=12))
    assert wish.owns(StaticRoute(dst="10.0.0.0/8", via="10.0.0.1"))
    without = compile_(tmp_path, {"switch.yaml": SWITCH})["leaf"]
    assert not without.owns(Vlan(id=11))
    assert not without.owns(StaticRoute(dst="10.0.0.0/8", via="10.0.0.1"))


def test_what_documents_leave_out_the_cluster_tells(tmp_path: Path) -> None:
    intent = compile_(tmp_path, {"w.yaml": cluster(), "p.yaml": pool(), "n.yaml": NODE}, told())
    rows = intent["a"].desired
    assert rows[Key("neighbour", "10.0.0.64 dev vxlan.calico")].values["lladdr"] == "66:00:00:00:00:0b"
    assert rows[Key("route", "10.0.0.64/32 table 254 metric 0")].values["scope"] == "link"
    assert rows[Key("route", "10.0.0.64/26 table 254 metric 0")].values["mtu"] is None
    assert intent["a"].holds == ()
    unknown = compile_(tmp_path, {})["a"]
    assert unknown.holds == ("the Calico version of k is not known",)
    assert any("VXLAN tunnel address of a" in row.missing for row in unknown.unknown)


def test_documents_count_before_the_cluster(tmp_path: Path) -> None:
    node = NODE + '  tunnel: {vxlan: {address: 10.0.0.1, mac: "66:00:00:00:00:0a"}}\n'
    documents = {"w.yaml": cluster(), "p.yaml": pool(), "n.yaml": node}
    documents["a.yaml"] = AFFINITY
    intent = compile_(tmp_path, documents, told())
    assert intent["a"].desired[Key("link", "vxlan.calico")].values["address"] == "66:00:00:00:00:0a"
    dsts = {r.dst for r in intent["a"].desired.values() if isinstance(r, Route) and r.protocol != 142}
    assert dsts == {"10.0.3.0/26"}


def test_felix_settings(tmp_path: Path) -> None:
    felix = FelixConfiguration.model_validate(
        {
            "vxlanVNI": 4097,
            "vxlanPort": 4790,
            "vxlanMTU": 1300,
            "deviceRouteProtocol": 77,
            "deviceRouteSourceAddress": "172.16.0.1",
        }
    )
    documents = {"w.yaml": cluster(), "p.yaml": pool(), "n.yaml": NODE}
    wish = compile_(tmp_path, documents, told(felix={"default": felix}))["a"]
    link = wish.desired[Key("link", "vxlan.calico")].values
    assert (link["id"], link["port"], link["mtu"]) == (4097, 4790, 1300)
    routes = [r for r in wish.desired.values() if isinstance(r, Route) and r.dst.startswith("10.0.")]
    assert {(r.protocol, r.prefsrc) for r in routes} == {(77, "172.16.0.1")}
    assert wish.owns(Route(dst="10.5.0.0/16", dev="eth0", protocol=77))
    assert not wish.owns(Route(dst="10.5.0.0/16", dev="eth0", protocol=80))


def test_vxlan_switched_off_leaves_nothing_and_owns_all(tmp_path: Path) -> None:
    felix = FelixConfiguration.model_validate({"vxlanEnabled": False})
    documents = {"w.yaml": cluster(), "p.yaml": pool(), "n.yaml": NODE}
    wish = compile_(tmp_path, documents, told(felix={"default": felix}))["a"]
    assert Key("link", "vxlan.calico") not in wish.desired
    assert wish.owns(Link(ifname="vxlan.calico"))
    assert wish.owns(Route(dst="10.0.0.64/26", dev="eth0", protocol=80))


def test_audit_plans_and_never_writes_the_cnis_part(tmp_path: Path) -> None:
    live = {"live": PoolSpec.model_validate({"cidr": "10.0.0.0/16", "vxlanMode": "Always"})}
    documents = {"w.yaml": cluster("audit"), "p.yaml": pool(), "n.yaml": NODE}
    wish = compile_(tmp_path, documents, told(pools=live))["a"]
    by_hand = wish.desired[Key("route", "10.9.0.0/16 table 254 metric 0")]
    others = [row for row in wish.desired.values() if row.kind in ("route", "ippool", "fdb") and row is not by_hand]
    assert not wish.only_planned(by_hand)
    assert all(wish.only_planned(row) for row in others)
    assert wish.only_planned(Route(dst="10.77.0.0/16", protocol=80, type="blackhole"))
    assert wish.desired[Key("route", "10.0.0.64/26 table 254 metric 0")].link == "vxlan.calico"
    enforced = compile_(tmp_path, {"w.yaml": cluster()}, told())["a"]
    assert not any(enforced.only_planned(row) for row in enforced.desired.values())


@pytest.mark.parametrize(("mode", "problems"), [("audit", 2), ("enforce", 0)])
def test_rows_by_hand_on_the_tunnel_need_enforce(tmp_path: Path, mode: str, problems: int) -> None:
    rows = """\
  neighbors: [{dst: 10.0.9.9, dev: vxlan.calico, mac: "02:00:00:00:00:99"}]
  fdb: [{mac: "02:00:00:00:00:99", dev: vxlan.calico, dst: 172.16.1.9}]
"""
    documents = {"w.yaml": cluster(mode), "p.yaml": pool(), "n.yaml": NODE + rows}
    intent = compile_(tmp_path, documents, told())
    assert len(intent.problems) == problems
    assert all("only watched" in problem.what for problem in intent.problems)


def test_pools_are_the_api_nodes(tmp_path: Path) -> None:
    documents = {"w.yaml": cluster(), "p.yaml": pool(), "n.yaml": NODE}
    intent = compile_(tmp_path, documents, told())
    wanted = intent["a"].desired[Key("ippool", "pool")]
    assert wanted.values == {"name": "pool", "cidr": "10.0.0.0/16", "vxlanMode": "CrossSubnet"}
    assert Key("ippool", "pool") not in intent["b"].desired
    assert not intent["a"].owns(IPPool(pool="another", spec={}))


def test_a_pool_goes_only_when_its_document_says_so(tmp_path: Path) -> None:
    documents = {"w.yaml": cluster(), "p.yaml": pool(absent="true"), "n.yaml": NODE}
    wish = compile_(tmp_path, documents, told())["a"]
    assert Key("ippool", "pool") not in wish.desired
    assert wish.owns(IPPool(pool="pool", spec={"cidr": "10.0.0.0/16"}))
    assert not any(row.kind == "link" and row.name == "vxlan.calico" for row in wish.desired.values())


@pytest.mark.parametrize(
    ("excepted", "gone"),
    [
        (Except(devices=frozenset({"vxlan.calico"})), "link vxlan.calico"),
        (Except(prefixes=frozenset({ip_network("10.0.0.64/26")})), "route 10.0.0.64/26 table 254 metric 0"),
        (Except(tables=frozenset({254})), "route 10.9.0.0/16 table 254 metric 0"),
    ],
)
def test_what_the_inventory_excepts_is_nobodys_wish(tmp_path: Path, excepted: Except, gone: str) -> None:
    documents = {"w.yaml": cluster(), "p.yaml": pool(), "n.yaml": NODE}
    whole = compile_(tmp_path, documents, told())["a"]
    less = compile_(tmp_path, {}, told(), {"a": Owns(excepted=excepted)})["a"]
    assert gone in {str(key) for key in whole.desired}
    assert gone not in {str(key) for key in less.desired}
    assert less.desired.keys() < whole.desired.keys()
    assert not any(less.owns(whole.desired[key]) for key in whole.desired.keys() - less.desired.keys())


def test_json_and_back() -> None:
    devices = compile_world(load(SEED))
    written = json.loads("".join(compiled.json_chunks(devices.values())))
    assert written["schema"] == "reconciler/state/v1"
    for name, wish in devices.items():
        state = written["devices"][name]
        back = {r.key: r for r in (from_json(record, KINDS) for record in state["resources"])}
        assert back == dict(wish.desired)
        assert state["status"] == "ok"
