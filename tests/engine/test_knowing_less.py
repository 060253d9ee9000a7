"""The law of missing facts: whoever knows less of a cluster deletes nothing more of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.cluster.facts import NodeFacts
from reconciler.core.driver import Reading
from reconciler.core.plan import DevicePlan
from reconciler.core.resource import Resource, state_of
from reconciler.desired.documents import BlockAffinity
from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.engine.observe import Sight
from reconciler.engine.parts import Api, driver_for
from reconciler.engine.plan import plan_device
from reconciler.engine.restrain import Leave, restrain
from reconciler.intent.compile import compile_world
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Wish
from reconciler.linux.route import Route
from tests.engine.fakes import unreached

NAMES = ("a", "b", "c")
MODES = ("Always", "CrossSubnet")
VERSIONS = ("3.29", "3.30", "3.31", "3.32", "3.33")
Document = dict[str, Any]


@dataclass(frozen=True)
class Truth:
    """A cluster as it is; each fact has a name, and may stand in documents, be told by the cluster, or neither."""

    version: str
    modes: tuple[str, str]
    subnets: tuple[int, ...]
    tunnels: tuple[int, ...]
    macs: tuple[bool, ...]
    blocks: tuple[tuple[int, int], ...]

    @property
    def facts(self) -> frozenset[str]:
        return frozenset({"affinities", "version", *NAMES})

    def tunnel(self, number: int) -> Mapping[str, str]:
        """In its own block, in that of the next node, or in nobody's; in IPv6 always its own."""
        place = (number, (number + 1) % len(NAMES), 9)[self.tunnels[number]]
        return {"vxlan": f"10.0.{place}.{number + 1}", "vxlan6": f"fd00:10::{number}:{number + 1}"}

    def mac(self, number: int) -> Mapping[str, str]:
        return {"vxlan": f"66:00:00:00:00:0{number}"} if self.macs[number] else {}

    @property
    def affinities(self) -> list[tuple[str, str]]:
        ranges = ("10.0.{}.0/26", "fd00:10::{}:0/122")
        return sorted({(NAMES[node], ranges[pool].format(node)) for pool, node in self.blocks})

    def documents(self, written: frozenset[str]) -> list[Document]:
        """All that is wanted, and of the facts only those that are ``written``."""
        calico = {"version": self.version} if "version" in written else {}
        cluster = {"cni": "calico", "nodes": list(NAMES), "apiNode": "a", "calico": calico}
        made = [_document("Cluster", "k", cluster)]
        made += [_document("Node", name, self._node(number, name in written)) for number, name in enumerate(NAMES)]
        for number, (cidr, mode) in enumerate(zip(("10.0.0.0/16", "fd00:10::/64"), self.modes, strict=True)):
            made.append(_document("IPPool", f"pool{number}", {"cidr": cidr, "vxlanMode": mode}))
        if "affinities" in written:
            for node, cidr in self.affinities:
                name = f"{node}-{cidr.translate(str.maketrans('.:/', '---'))}"
                spec = {"node": node, "cidr": cidr, "state": "confirmed"}
                made.append(_document("BlockAffinity", name, spec))
        return made

    def _node(self, number: int, tunnel: bool) -> Document:
        subnet = self.subnets[number]
        addresses = [f"172.16.{subnet}.{number + 1}/24", f"fd00:{subnet}::{number + 1}/64"]
        spec: Document = {"interfaces": {"eth0": {"addresses": addresses}}}
        if tunnel:
            ends, macs = self.tunnel(number), self.mac(number)
            spec["tunnel"] = {"vxlan": {"address": ends["vxlan"]}, "vxlan6": {"address": ends["vxlan6"]}}
            spec["tunnel"]["vxlan"] |= {"mac": macs["vxlan"]} if macs else {}
        return spec

    def told(self, told: frozenset[str]) -> ClusterFacts:
        return ClusterFacts(
            version=f"v{self.version}.2" if "version" in told else None,
            nodes={
                name: NodeFacts({}, self.tunnel(number), self.mac(number))
                for number, name in enumerate(NAMES)
                if name in told
            },
            affinities=[BlockAffinity(node=n, cidr=c) for n, c in self.affinities] if "affinities" in told else None,
        )


def _document(kind: str, name: str, spec: Document) -> Document:
    api = {"IPPool": "projectcalico.org/v3", "BlockAffinity": "crd.projectcalico.org/v1"}.get(kind, "reconciler/v1")
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec}


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    def three(strategy: st.SearchStrategy[Any]) -> tuple[Any, ...]:
        return tuple(draw(strategy) for _ in NAMES)

    nodes = st.tuples(st.integers(0, 1), st.integers(0, 2))
    return Truth(
        draw(st.sampled_from(VERSIONS)),
        draw(st.tuples(st.sampled_from(MODES), st.sampled_from((*MODES, "Never")))),
        three(st.integers(0, 1)),
        three(st.integers(0, 2)),
        three(st.booleans()),
        tuple(draw(st.lists(nodes, min_size=1, max_size=6))),
    )


FACTS = st.frozensets(st.sampled_from(("affinities", "version", *NAMES)))


HOST_ROUTES = Truth("3.30", ("Always", "Always"), (0, 0, 0), (0, 0, 0), (False,) * 3, ((0, 0), (0, 1), (1, 1), (0, 2)))
"""Some releases have a route to each tunnel address, others have none."""
STALE = Route(dst="10.0.77.0/26", type="blackhole", protocol=80)
"""Felix's own, of a block that the node no longer has."""
OWN_MACS = replace(HOST_ROUTES, macs=(True,) * 3)


def read(documents: Sequence[Document]) -> Repository:
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "world.yaml").open("w") as stream:
            YAML(typ="safe").dump_all(documents, stream)
        repository = load(Path(folder))
    assert not repository.having("error")
    return repository


def wishes(truth: Truth, written: frozenset[str], told: frozenset[str], failed: str = "") -> Mapping[str, Wish]:
    facts = ClusterFacts(failed=failed) if failed else truth.told(told)
    intent = compile_world(read(truth.documents(written)), {"k": facts})
    assert not intent.problems
    return intent


def plan(wish: Wish, whole: Wish, *stale: Resource) -> DevicePlan:
    """What would be done to a node that has all that is wanted of it by whoever knows everything, and ``stale``."""
    driver = driver_for("linux", "192.0.2.1", Api(ask_facts=True) if wish.device == "a" else None)
    sight = Sight(wish.device, Reading({**whole.desired, **state_of(stale)}))
    return restrain(plan_device(wish, sight, unreached(driver)), wish.holds, leave=Leave(approved=True))


def lost(made: DevicePlan) -> list[str]:
    return [f"{p.change.verb} {p.change.key}" for p in made.changes if p.change.verb in ("delete", "replace")]


@settings(max_examples=60, deadline=None)
@given(truths(), FACTS, FACTS)
@example(HOST_ROUTES, frozenset({"affinities", *NAMES}), frozenset())
@example(OWN_MACS, frozenset({"affinities", "version"}), frozenset({"a"}))
def test_knowing_less_deletes_nothing(truth: Truth, written: frozenset[str], told: frozenset[str]) -> None:
    whole = wishes(truth, truth.facts, frozenset())
    less = wishes(truth, written, told - written)
    for name in NAMES:
        assert lost(plan(less[name], whole[name])) == []


@settings(max_examples=30, deadline=None)
@given(truths(), FACTS)
def test_a_cluster_that_should_have_told_and_did_not_loses_nothing(truth: Truth, written: frozenset[str]) -> None:
    whole = wishes(truth, truth.facts, frozenset())
    for name, wish in wishes(truth, written, frozenset(), failed="refused").items():
        made = plan(wish, whole[name], STALE)
        assert lost(made) == []
        assert not made.script.lines


@settings(max_examples=30, deadline=None)
@given(truths(), FACTS)
def test_what_documents_leave_out_and_the_cluster_tells_is_the_same_state(
    truth: Truth, written: frozenset[str]
) -> None:
    """Who knows all has nothing to do, wherever it is from: so the law above is not kept by planning nothing."""
    whole = wishes(truth, truth.facts, frozenset())
    informed = wishes(truth, written, truth.facts - written)
    for name in NAMES:
        assert informed[name].desired == whole[name].desired
        assert informed[name].unknown == whole[name].unknown
        assert plan(informed[name], whole[name]).in_sync
        assert lost(plan(informed[name], whole[name], STALE)) == [f"delete {STALE.key}"]
