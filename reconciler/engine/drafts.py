"""What each device would have to do, judged by itself: its diff, what has to wait, and what is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.core.change import Change
from reconciler.core.limits import FleetLimits
from reconciler.core.plan import Cause, DevicePlan, Restraint, Withheld
from reconciler.desired.repository import Repository
from reconciler.engine.lockout import Ways, removed, unguarded
from reconciler.engine.observe import SENSELESS, Device, Sight, senseless
from reconciler.engine.plan import plan_device
from reconciler.engine.record import Record
from reconciler.engine.restrain import Leave, restrain
from reconciler.engine.transaction.terms import Terms
from reconciler.intent.compile import World
from reconciler.intent.wish import Wish


class Around(Protocol):
    """The part of a cycle that is needed here; what a person may change meanwhile is asked for each time."""

    @property
    def repository(self) -> Repository: ...
    @property
    def devices(self) -> Mapping[str, Device]: ...
    @property
    def record(self) -> Record: ...
    @property
    def terms(self) -> Terms: ...
    @property
    def restraint(self) -> Restraint: ...
    @property
    def limits(self) -> FleetLimits: ...
    @property
    def ways(self) -> Ways: ...


@dataclass
class Drafts:
    """Of one revision. It remembers who was in sync: an unchanged device need not be planned again."""

    around: Around
    _in_sync: dict[str, DevicePlan] = field(default_factory=dict)
    _planned_for: World | None = None

    def of(
        self, world: World, names: Iterable[str], sights: Mapping[str, Sight], *, approved: bool = False
    ) -> Iterator[DevicePlan]:
        if self._planned_for is not world:
            self._in_sync, self._planned_for = {}, world
        for wish in map(world.__getitem__, names):
            draft, limits = self._one(wish, sights, approved=approved), self.around.limits.of(wish.device)
            cut = self.around.ways.cut(draft) or removed(wish, draft.reading)
            plan = restrain(draft, wish.holds, limits, self._leave(wish.device, approved=approved), cut)
            self._in_sync.pop(wish.device, None)
            if plan.in_sync:
                self._in_sync[wish.device] = plan
            yield plan

    def _leave(self, device: str, *, approved: bool) -> Leave:
        terms = self.around.terms
        return Leave(approved, terms.lockout, self.around.devices[device].out_of_band, terms.mode != "never")

    def still_in_sync(self, name: str, world: World, sights: Mapping[str, Sight]) -> DevicePlan | None:
        """Our last plan of a device that was in sync, is as it was read then, and of which ``world`` wants the same."""
        plan = self._in_sync.get(name)
        if plan is None or self._planned_for is None or name not in sights or sights[name].reading is not plan.reading:
            return None
        return plan if self._planned_for[name] == world[name] else None

    def acts_on(self, name: str) -> bool:
        return name in self.around.devices and not self.around.devices[name].source

    def _one(self, wish: Wish, sights: Mapping[str, Sight], *, approved: bool) -> DevicePlan:
        device = self.around.devices[wish.device]
        sight = sights.get(wish.device, Sight(wish.device, status="unreachable", reason="not observed"))
        cause: Cause = (
            "drift" if self.around.record.converged(wish.device, self.around.repository.meaning) else "pending"
        )
        if wish.problems and sight.reading is not None:
            return DevicePlan(wish.device, device.platform, "held", _contradicted(wish), cause=cause)

        def waits(change: Change) -> Withheld | None:
            wait = self.around.restraint(wish.device, cause, change)
            return None if wait is None or (approved and wait.approvable) else wait

        if self._leave(wish.device, approved=approved).to_cut:
            sight = dataclasses.replace(sight, reading=unguarded(sight.reading, device.platform))
        try:
            plan = plan_device(wish, sight, device, waits)
        except SENSELESS as error:
            plan = DevicePlan(wish.device, device.platform, "unreadable", senseless(error))
        return dataclasses.replace(plan, cause=cause)

    def vanished(self, world: World, only: Collection[str] | None) -> tuple[DevicePlan, ...]:
        """Devices that we once brought to their state and that no document mentions any more."""
        known = sorted(self.around.record.devices - world.keys())
        gone = [name for name in known if self.acts_on(name) and (only is None or name in only)]
        reason = "no document mentions it any more; nothing on it is changed"
        return tuple(
            DevicePlan(name, self.around.devices[name].platform, "held", reason, approvable=True, vanished=True)
            for name in gone
        )


def _contradicted(wish: Wish) -> str:
    """Which of two rows is meant nobody knows; the other devices go on."""
    more = f" (and {len(wish.problems) - 1} more)" if len(wish.problems) > 1 else ""
    return f"what the cluster tells contradicts the documents: {wish.problems[0]}{more}"
