"""What the documents want of every device, together with what the cluster tells, compiled only when that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.desired.documents import Cluster
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.engine.facts import cluster_facts
from reconciler.engine.observe import Sight
from reconciler.intent.compile import World, compile_world
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Owns


class Contradiction(Exception):
    """The documents contradict one another; ``problems`` say where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass
class Compiler:
    """One revision of the documents. ``before``: another one's world, whose rows are taken over where they hold."""

    repository: Repository
    owns: Mapping[str, Owns] = field(default_factory=dict)
    before: World | None = None
    _world: World | None = None
    _facts: Mapping[str, ClusterFacts] = field(default_factory=dict)
    _told: Mapping[str, Sight] = field(default_factory=dict)
    _warnings: tuple[str, ...] = ()

    def world(self, sights: Mapping[str, Sight]) -> World:
        """What is wanted, the devices being as in ``sights``; each wish knows its own contradictions."""
        told = {name: sights[name] for name in self._sources() if name in sights}
        if self._world is None or not _alike(told, self._told):
            facts = cluster_facts(self.repository, told)
            if self._world is None or facts != self._facts:
                self._world = self._compiled(facts)
            self._facts, self._told = facts, told
        return self._world

    def judge(self) -> None:
        """Whether documents contradict one another without any cluster's word. Costs all rows. Raises: Contradiction.

        What a cluster tells against them is a matter of the devices on which it shows (docs/adr/0005).
        """
        world = self._world
        if world is None or (self._facts and world.problems):
            world = compile_world(self.repository, {}, self.owns)
        if world.problems:
            raise Contradiction(world.problems)

    @property
    def latest(self) -> World | None:
        """What was compiled last."""
        return self._world or self.before

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is legal and suspect about the documents."""
        return self._warnings

    def _compiled(self, facts: Mapping[str, ClusterFacts]) -> World:
        world = compile_world(self.repository, facts, self.owns, before=self.latest)
        self._warnings = tuple(map(str, sorted({*self.repository.having("warning"), *world.warnings})))
        return world

    def _sources(self) -> list[str]:
        """Devices that are asked about their clusters."""
        return [str(cluster.spec.api_node) for cluster in self.repository.of(Cluster) if cluster.spec.api_node]


def _alike(one: Mapping[str, Sight], other: Mapping[str, Sight]) -> bool:
    """Whether the same readings have been looked at; a driver gives an unchanged device's reading again."""
    return one.keys() == other.keys() and all(
        one[name].reading is other[name].reading and one[name].reason == other[name].reason for name in one
    )
