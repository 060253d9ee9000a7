"""What of a cluster's word reaches the compiler, and that silence is never taken for an empty answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.cluster import facts as told
from reconciler.cluster.facts import NodeFacts
from reconciler.cluster.ippool import IPPool
from reconciler.core.driver import Reading
from reconciler.core.plan import Status
from reconciler.core.resource import state_of
from reconciler.desired.load import load
from reconciler.engine.facts import cluster_facts
from reconciler.engine.observe import Sight
from reconciler.intent.compile import compile_world
from reconciler.intent.facts import ClusterFacts
from reconciler.linux.route import Route

CLUSTER = """\
apiVersion: reconciler/v1
kind: Cluster
metadata: {name: k}
spec: {cni: calico, nodes: [a, b], apiNode: a, mode: MODE, calico: {VERSION}}
"""
NODES = "".join(
    f"""\
---
apiVersion: reconciler/v1
kind: Node
metadata: {{name: {name}}}
spec: {{interfaces: {{eth0: {{addresses: [172.16.0.{n}/24]}}}}, TUNNEL{name}}}
"""
    for n, name in enumerate("ab", start=1)
)
POOL = """\
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pool}
spec: {cidr: 10.0.0.0/16, vxlanMode: Always}
"""
AFFINITY = """\
---
apiVersion: crd.projectcalico.org/v1
kind: BlockAffinity
metadata: {name: a-10-0-3-0-26}
spec: {node: a, cidr: 10.0.3.0/26, state: confirmed}
"""
WHOLE = {
    "VERSION": 'version: "3.30"',
    "TUNNELa": "tunnel: {vxlan: {address: 10.0.0.1}}",
    "TUNNELb": "tunnel: {vxlan: {address: 10.0.1.1}}",
    "MODE": "enforce",
    "AFFINITY": AFFINITY,
}
BLOCKS = [{"node": "b", "cidr": "10.0.1.0/26", "state": "confirmed", "deleted": "false"}]
NODE = NodeFacts({4: "172.16.0.1/24"}, {"vxlan": "10.0.0.1"}, {"vxlan": "66:00:00:00:00:0a"}, {}, ("10.9.0.0/24",))
KNOWN = told.ClusterFacts(
    calico_version="v3.30.3",
    nodes={"a": NODE},
    affinities=BLOCKS,
    blocks=[{"cidr": "10.0.1.0/26", "affinity": "host:b", "allocations": [None], "attributes": []}],
    felix={"default": {"vxlanVNI": 4097}},
)
LIVE = IPPool(pool="live", spec={"cidr": "10.0.0.0/16", "vxlanMode": "CrossSubnet", "natOutgoing": True})


def repository(folder: Path, **left: str) -> Any:
    """Complete documents, but for what is ``left``."""
    parts = WHOLE | left
    text = CLUSTER + NODES + POOL + parts.pop("AFFINITY")
    for word, value in parts.items():
        text = text.replace(word, value)
    (folder / "world.yaml").write_text(text)
    found = load(folder)
    assert not found.having("error")
    return found


def sight(known: object = KNOWN, *rows: IPPool, unread: Mapping[str, str] | None = None) -> dict[str, Sight]:
    facts = {"cluster": known} if known is not None else {}
    return {"a": Sight("a", Reading(state_of(rows), unread=unread or {}, facts=facts))}


def lost(status: Status) -> dict[str, Sight]:
    return {"a": Sight("a", status=status, reason="no route to host")}


def asked(folder: Path, sights: Mapping[str, Sight], **left: str) -> ClusterFacts:
    return cluster_facts(repository(folder, **(left or {"AFFINITY": ""})), sights)["k"]


LEFT = [{"VERSION": ""}, {"TUNNELb": ""}, {"AFFINITY": ""}]
"""Each of these is looked up."""


@pytest.mark.parametrize("sights", [lost("unreachable"), lost("unreadable"), sight(None, unread={"ippool": "403"})])
def test_who_has_all_in_documents_needs_no_cluster(tmp_path: Path, sights: Mapping[str, Sight]) -> None:
    facts = cluster_facts(repository(tmp_path), sights)
    assert facts == {"k": ClusterFacts()}
    assert not compile_world(repository(tmp_path), facts)["a"].holds


def test_what_complete_documents_say_is_not_asked_again(tmp_path: Path) -> None:
    facts = cluster_facts(repository(tmp_path), sight(KNOWN, LIVE))["k"]
    assert facts == ClusterFacts(pools=facts.pools)
    assert list(facts.pools or ()) == ["live"]


@pytest.mark.parametrize("left", LEFT, ids=str)
@pytest.mark.parametrize(
    ("sights", "why"),
    [
        (lost("unreachable"), "a is unreachable"),
        (lost("unreadable"), "a is unreadable"),
        (sight(KNOWN, unread={"ippool": "kubectl get ippools: 403"}), "kubectl get ippools: 403"),
        (sight(told.ClusterFacts(missing="kubectl get: refused")), "kubectl get: refused"),
    ],
)
def test_silence_holds_and_owns_nothing(
    tmp_path: Path, sights: Mapping[str, Sight], why: str, left: dict[str, str]
) -> None:
    made = repository(tmp_path, **left)
    facts = cluster_facts(made, sights)
    assert facts == {"k": ClusterFacts(failed=why)}
    for wish in compile_world(made, facts).values():
        assert why in wish.holds[0]
        assert not wish.owns(Route(dst="10.0.9.0/26", type="blackhole", protocol=80))


def test_one_part_unread_says_nothing_of_another(tmp_path: Path) -> None:
    facts = asked(tmp_path, sight(KNOWN, LIVE, unread={"fdb": "torn"}))
    assert facts.failed == ""
    assert facts.version == "v3.30.3"


def test_all_that_a_cluster_tells(tmp_path: Path) -> None:
    facts = asked(tmp_path, sight(KNOWN, LIVE))
    assert facts.version == "v3.30.3"
    assert facts.nodes == {"a": NODE}
    assert [(a.node, a.cidr, a.stands) for a in facts.affinities or ()] == [("b", "10.0.1.0/26", True)]
    assert [(b.cidr, b.affinity) for b in facts.blocks or ()] == [("10.0.1.0/26", "host:b")]
    assert facts.felix is not None
    assert facts.felix["default"].vxlan_vni == 4097
    assert {name: spec.vxlan_mode for name, spec in (facts.pools or {}).items()} == {"live": "CrossSubnet"}


def test_none_stays_none_and_empty_stays_empty(tmp_path: Path) -> None:
    silent = asked(tmp_path, sight(told.ClusterFacts()))
    assert (silent.version, silent.affinities, silent.blocks, silent.felix) == (None, None, None, None)
    assert (silent.pools, silent.failed) == ({}, "")
    empty = asked(tmp_path, sight(told.ClusterFacts(affinities=[], blocks=[], felix={})))
    assert (empty.affinities, empty.blocks) == ([], [])
    assert empty.felix is not None


@pytest.mark.parametrize(
    "strange",
    [{"node": "a"}, {"node": "a", "cidr": "10.0.3.1/26"}, {"node": "a", "cidr": "10.0.3.0/26", "state": "new"}],
)
def test_one_affinity_in_an_unknown_form_makes_all_of_them_unknown(tmp_path: Path, strange: dict[str, str]) -> None:
    known = told.ClusterFacts(calico_version="v3.30.3", affinities=[*BLOCKS, strange])
    facts = asked(tmp_path, sight(known))
    assert (facts.affinities, facts.failed) == (None, "")
    wish = compile_world(repository(tmp_path, AFFINITY=""), {"k": facts})["a"]
    route = Route(dst="10.0.3.0/26", type="blackhole", protocol=80)
    assert wish.owns(route)
    assert any(unknown.covers(route.key) for unknown in wish.unknown)


@pytest.mark.parametrize(
    "strange",
    [
        told.ClusterFacts(
            "v3.30.3", affinities=BLOCKS, felix={"default": {"vxlanVNI": 4097, "routeSource": "Elsewhere"}}
        ),
        told.ClusterFacts("v3.30.3", affinities=BLOCKS, blocks=[{"cidr": "10.0.1.0/26", "allocations": "many"}]),
    ],
    ids=["felix", "blocks"],
)
def test_settings_and_blocks_in_an_unknown_form_are_not_the_defaults(
    tmp_path: Path, strange: told.ClusterFacts
) -> None:
    """Without its settings the tunnel would be made anew, without the blocks what is on loan would be pruned."""
    facts = asked(tmp_path, sight(strange))
    assert "form that is not known" in facts.failed


@pytest.mark.parametrize(("mode", "followed"), [("audit", "vxlan.calico"), ("enforce", None)])
def test_an_audited_cluster_follows_its_live_pools(tmp_path: Path, mode: str, followed: str | None) -> None:
    """In the desired pool packets are not carried at all, in the live one they are."""
    made = repository(tmp_path, MODE=mode)
    (tmp_path / "world.yaml").write_text((tmp_path / "world.yaml").read_text().replace("vxlanMode: Always", "x: y"))
    made = load(tmp_path)
    live = IPPool(pool="pool", spec={"cidr": "10.0.0.0/16", "vxlanMode": "Always"})
    wish = compile_world(made, cluster_facts(made, sight(None, live)))["a"]
    assert {row.name for row in wish.desired.values() if row.kind == "link"} - {"eth0"} == {followed} - {None}


def test_live_pools_of_which_one_is_strange_are_not_followed(tmp_path: Path) -> None:
    """The others would look as if they were all: what is carried by the strange one would seem stale."""
    strange = IPPool(pool="strange", spec={"cidr": "10.1.0.0/16", "vxlanMode": "Sometimes"})
    assert asked(tmp_path, sight(KNOWN, LIVE, strange)).pools is None


def test_a_plan_from_a_file_knows_pools_and_no_facts(tmp_path: Path) -> None:
    facts = asked(tmp_path, sight(None, LIVE))
    assert facts == ClusterFacts(pools=facts.pools)
    assert list(facts.pools or ()) == ["live"]
    wish = compile_world(repository(tmp_path, AFFINITY=""), {"k": facts})["b"]
    assert any("block affinities" in unknown.missing for unknown in wish.unknown)


def test_a_cluster_that_nobody_looks_at_has_no_facts(tmp_path: Path) -> None:
    assert cluster_facts(repository(tmp_path), {"b": Sight("b", Reading({}))}) == {}
