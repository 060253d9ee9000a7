"""What has to wait although it could be written: suspended, a fight, a closed window, a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.core.change import Change
from reconciler.core.plan import Cause, Withheld
from reconciler.daemon.fights import Fights
from reconciler.daemon.suspension import Suspensions
from reconciler.desired.documents import Cluster
from reconciler.desired.repository import Repository
from reconciler.settings.heal import HealRule
from reconciler.settings.policy import heal_of
from reconciler.settings.windows import Windows


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Restraints:
    """`core.plan.Restraint` of the daemon. The first reason counts; what a person may approve comes last."""

    suspensions: Suspensions
    fights: Fights
    heal: Sequence[HealRule] = ()
    windows: Windows = field(default_factory=Windows)
    now: Callable[[], datetime] = _now
    clusters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rolling: Callable[[str], str] = lambda device: ""
    """Why a device must not have a new revision yet; empty: it may."""
    unrecorded: str = ""
    """Why nothing can be recorded, so that nothing may be applied."""

    def __call__(self, device: str, cause: Cause, change: Change) -> Withheld | None:
        if suspension := self.suspensions.of(device):
            return Withheld(str(suspension))
        if self.unrecorded:
            return Withheld(self.unrecorded)
        if cause == "drift" and (fight := self.fights.judged(device, change)):
            return Withheld(str(fight))
        if cause == "pending" and (turn := self.rolling(device)):
            return Withheld(turn)
        served = self.clusters.get(device, ())
        if closed := self.windows.closed(device, served, cause, self.now()):
            return Withheld(closed)
        return self._by_policy(heal_of(self.heal, device, served, change.key.kind), cause)

    def _by_policy(self, heal: str, cause: Cause) -> Withheld | None:
        """``alert`` is about drift alone; ``hold`` also keeps a new revision waiting."""
        if heal == "alert" and cause == "drift":
            return Withheld("heal: alert")
        return Withheld("heal: hold", approvable=True) if heal == "hold" else None


def clusters_of(repository: Repository) -> dict[str, list[str]]:
    """The clusters that each device serves as a node, or answers kubectl for."""
    found: dict[str, list[str]] = {}
    for cluster in repository.of(Cluster):
        names = {*cluster.spec.nodes, *([cluster.spec.api_node] if cluster.spec.api_node else [])}
        for name in sorted(names):
            found.setdefault(str(name), []).append(cluster.name)
    return found
