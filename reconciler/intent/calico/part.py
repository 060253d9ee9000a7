"""A Calico cluster: what it wants of each of its nodes, what of their tables is its own, and what keeps us from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconciler.core.driver import Claim, Tolerance
from reconciler.core.resource import Key, State, Unknown
from reconciler.desired.problem import Problem
from reconciler.intent.calico import warnings
from reconciler.intent.calico.claim import CalicoClaim
from reconciler.intent.calico.devices import any_end
from reconciler.intent.calico.release import NEWEST, is_newer
from reconciler.intent.calico.sources import Sources
from reconciler.intent.calico.tables import Tables
from reconciler.intent.calico.tolerance import CalicoTolerance
from reconciler.intent.network import FAMILIES, Family
from reconciler.intent.wish import Owns, Part, Row
from reconciler.linux.claim import LinuxClaim


@dataclass(frozen=True)
class CalicoPart(Part):
    """One cluster. The address plan is read once; then a node's tables cost that node's rows alone."""

    sources: Sources

    @property
    def name(self) -> str:
        return f"calico {self.sources.cluster.name}"

    @property
    def audit(self) -> bool:
        return self.sources.cluster.spec.mode == "audit"

    @property
    def devices(self) -> Sequence[str]:
        return self.sources.cluster.spec.nodes

    @cached_property
    def tables(self) -> tuple[Tables, ...]:
        """One for each family that has a pool or that Felix is told to make a device for."""
        return tuple(filter(None, map(self._tables, FAMILIES)))

    def _tables(self, family: Family) -> Tables | None:
        layout, settings = self.sources.layout(family), self.sources.settings
        forced = settings.vxlan_enabled or settings.ipip_enabled or settings.wireguard_of(family).enabled
        if not layout.pools and not forced:
            return None
        peers = self.sources.peers(family)
        return Tables(family, layout, peers, settings, self.sources.settings_of)

    def rows(self, device: str) -> Iterator[Row]:
        for tables in () if self.sources.poolless else self.tables:
            yield from tables.rows(device)
            yield from self._doubts(tables)
        if self.sources.lacks_affinities and self.tables:
            yield Unknown("route", "* table * metric *", f"block affinities of {self.sources.cluster.name}")

    def _doubts(self, tables: Tables) -> Iterator[Unknown]:
        """Which routes to single addresses there are depends on the release, and on where pods are."""
        if self.sources.version is None:
            yield any_end(tables.family, f"Calico version of {self.sources.cluster.name}")
        if self.sources.settings.workload_routes and self.sources.facts.blocks is None:
            yield any_end(tables.family, "addresses of pods (routeSource WorkloadIPs)")

    def claim(self, device: str, declared: State, owns: Owns) -> Claim:
        if self.sources.facts.failed or self.sources.poolless:
            return LinuxClaim(declared, excepted=owns.excepted)
        settings = self.sources.settings_of(device)
        pools = [pool for tables in self.tables for pool in tables.layout.pools]
        bird = settings.bird - settings.felix
        wireguard = [one for one in settings.wireguard if one.enabled]
        return CalicoClaim(
            declared,
            protocol=settings.own_protocol,
            pools=frozenset(pool.network for pool in pools),
            bird={pool.network: pool.block_length for pool in pools if pool.kind in bird},
            felix_ipip="ipip" in settings.felix,
            table=wireguard[0].table if wireguard else 0,
            priority=settings.wireguard[0].priority,
            knows_wireguard=self.sources.knows_wireguard,
            excepted=owns.excepted,
        )

    def tolerance(self, device: str, declared: State) -> Tolerance | None:
        """Only where the rows are watched: what is enforced is exactly what was compiled."""
        if not self.audit:
            return None
        return CalicoTolerance(self._optional, declared)

    @cached_property
    def _optional(self) -> frozenset[Key]:
        return frozenset(key for tables in self.tables for key in tables.optional(self.sources.version))

    @property
    def warnings(self) -> Iterator[Problem]:
        return warnings.of(self.sources, self.tables)

    @property
    def holds(self) -> Sequence[str]:
        """A row may have the wrong shape where the version is not known, and Felix would write it back for ever.

        A newer release is as unknown; the older ones are read: all up to 3.29 write the same rows (reference, 1.9).
        """
        version, name = self.sources.version, self.sources.cluster.name
        if silence := self.sources.facts.silence(name):
            return (silence,)
        if version is None:
            return (f"the Calico version of {name} is not known",)
        if is_newer(version):
            return (f"Calico {version} of {name} is not known, its rows are taken from {NEWEST.version}",)
        return ()
