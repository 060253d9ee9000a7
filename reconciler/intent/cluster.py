"""Cluster documents: the tables that each node's CNI would fill, and a word about those that are not compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reconciler.core.driver import Claim
from reconciler.core.resource import State, Unknown
from reconciler.desired.documents import Cluster, IPPool
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent.calico import node_rows
from reconciler.intent.calico_facts import Sources, encapsulation
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.felix import FAMILIES, IPV4, NEWEST, OLDEST, Family, is_newer, is_older
from reconciler.intent.overlay import Overlay, Plan, destinations
from reconciler.intent.wish import Owns, Part, Row, problem
from reconciler.linux.claim import CalicoClaim, LinuxClaim
from reconciler.linux.route import MAIN_TABLE

UNCOMPILED = {"ipip": "IPIP", "none": "a pool without encapsulation"}


def parts(repository: Repository, facts: Mapping[str, ClusterFacts]) -> Iterator[Part]:
    """One part for each cluster whose CNI is Calico; ``facts`` by the cluster's name."""
    for cluster in repository.of(Cluster):
        if cluster.spec.cni == "calico":
            yield CalicoPart(Sources(repository, cluster, facts.get(cluster.name, ClusterFacts())))


def warnings(repository: Repository) -> Iterator[Problem]:
    """Clusters whose CNI is not compiled: nothing of theirs is planned, and nothing pruned."""
    for cluster in repository.of(Cluster):
        if cluster.spec.cni in ("flannel", "cilium"):
            what = f"{cluster.spec.cni} is not compiled, its rows are neither planned nor pruned"
            yield problem(cluster, what, "calico with VXLAN, or rows by hand", "cni", severity="warning")


def _uncompiled(document: Document[Any], mode: str, rows: str, *path: str) -> Problem:
    what = f"{mode} is not compiled, {rows} are neither planned nor pruned"
    return problem(document, what, "VXLAN Always or CrossSubnet", *path, severity="warning")


@dataclass(frozen=True)
class CalicoPart(Part):
    """One cluster's VXLAN. The address plan is read once; then a node's tables cost that node's rows alone."""

    sources: Sources

    @property
    def audit(self) -> bool:
        return self.sources.cluster.spec.mode == "audit"

    @property
    def devices(self) -> Sequence[str]:
        return self.sources.cluster.spec.nodes

    @cached_property
    def plans(self) -> tuple[tuple[Family, Plan], ...]:
        return tuple((family, self.sources.plan(family)) for family in FAMILIES)

    @cached_property
    def overlays(self) -> tuple[Overlay, ...]:
        return tuple(self._overlay(family, plan) for family, plan in self.plans)

    def _overlay(self, family: Family, plan: Plan) -> Overlay:
        """``vxlanEnabled`` overrules the IPv4 pools either way; IPv6 follows its pools alone (Felix)."""
        settings = self.sources.settings
        overruled = settings.enabled if family is IPV4 else None
        enabled = plan.has("vxlan") if overruled is None else overruled
        peers = self.sources.peers(family) if enabled else {}
        ends = destinations(plan, peers.values(), settings.profile)
        return Overlay(family, settings, enabled, peers, ends)

    def rows(self, device: str) -> Iterator[Row]:
        for overlay in self.overlays:
            yield from node_rows(overlay, device)
            if overlay.enabled and self.sources.version is None:
                yield self._ends(overlay.family, f"Calico version of {self.sources.cluster.name}")
        yield from self._strangers
        if self.sources.lacks_affinities and any(overlay.enabled for overlay in self.overlays):
            yield Unknown("route", f"* table {MAIN_TABLE} metric *", f"block affinities of {self.sources.cluster.name}")

    @cached_property
    def _strangers(self) -> tuple[Unknown, ...]:
        """Routes that exist in modes which are not compiled; BIRD's carry metrics of their own."""
        found = []
        for family, plan in self.plans:
            for block in plan.blocks:
                pool = plan.pool_of.find(block.network.network_address, block.network.prefixlen)
                if pool is not None and pool.strange:
                    name = f"{block.network} table {MAIN_TABLE} metric *"
                    found.append(Unknown("route", name, f"pool {pool.network}: {pool.encapsulation} is not compiled"))
            if plan.has("vxlan") and self.sources.settings.workload_routes:
                found.append(self._ends(family, "addresses of pods (routeSource WorkloadIPs)"))
        return tuple(found)

    @staticmethod
    def _ends(family: Family, missing: str) -> Unknown:
        """Routes to single addresses: which there are depends on the release, and on where pods are."""
        return Unknown("route", f"*/{family.bits} table {MAIN_TABLE} metric {family.metric}", missing)

    def claim(self, device: str, declared: State, owns: Owns) -> Claim:
        if self.sources.facts.failed or self.sources.poolless:
            return LinuxClaim(declared, excepted=owns.excepted)
        strange = frozenset(pool.network for _, plan in self.plans for pool in plan.pools if pool.strange)
        return CalicoClaim(declared, self.sources.settings.own_protocol, strange, owns.excepted)

    @property
    def warnings(self) -> Iterator[Problem]:
        """Modes that are not compiled, each where it is asked for, and a version whose rows are not certain."""
        cluster, settings = self.sources.cluster, self.sources.settings
        for pool in self.sources.repository.of(IPPool):
            mode = encapsulation(pool.spec)
            if mode in UNCOMPILED:
                yield _uncompiled(pool, UNCOMPILED[mode], f"the routes of {pool.spec.cidr}", "vxlanMode")
        if self.sources.wireguard:
            yield _uncompiled(cluster, "WireGuard", "its device, rule and table", "calico", "wireguard")
        if settings.workload_routes:
            yield _uncompiled(cluster, "routeSource WorkloadIPs", "routes to single pods", "calico", "routeSource")
        if self.sources.poolless:
            what = "there is no IPPool document, so nothing of this cluster's tables is planned or pruned"
            yield problem(
                cluster, what, "add its pools as `kubectl get ippools -o yaml` prints them", severity="warning"
            )
        yield from self._version_warnings

    @property
    def _version_warnings(self) -> Iterator[Problem]:
        version, rows = self.sources.version, self.sources.settings.profile.version
        if version is None:
            what = f"the Calico version is not known, rows are those of {rows} and are not written"
            right = 'set version: "3.30", or apiNode to read it from the cluster'
        elif is_newer(version):
            what = f"Calico {version} is not known, its rows are taken from {rows} and are not written"
            right = f'set version: "{rows}" to have them written as they are'
        elif is_older(version):
            what = f"Calico {version} is not known, its rows are taken from {rows}"
            right = f"check the plan; known are {OLDEST.version} to {NEWEST.version}"
        else:
            return
        yield problem(self.sources.cluster, what, right, "calico", "version", severity="warning")

    @property
    def holds(self) -> Sequence[str]:
        """A row may have the wrong shape where the version is not known, and Felix would write it back for ever.

        A newer release is as unknown; the older ones are read: all up to 3.29 write the same rows (reference, 1.9).
        """
        version, name = self.sources.version, self.sources.cluster.name
        if self.sources.facts.failed:
            return (f"cluster {name} cannot be asked for what its documents leave out: {self.sources.facts.failed}",)
        if version is None:
            return (f"the Calico version of {name} is not known",)
        if is_newer(version):
            return (f"Calico {version} of {name} is not known, its rows are taken from {NEWEST.version}",)
        return ()
