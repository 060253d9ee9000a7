"""What all keepers share: the documents in force, the devices, who hears of what happens, and what has to wait."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from reconciler.core.plan import DevicePlan
from reconciler.daemon.condition import Conditions
from reconciler.daemon.event import Bus
from reconciler.daemon.gates import Gates
from reconciler.daemon.joint import Joint, Record
from reconciler.daemon.restraint import Restraints
from reconciler.daemon.rolling import Rolling
from reconciler.daemon.rollout import Rollout
from reconciler.daemon.standing import SETTLED, Standing
from reconciler.daemon.supervision import Start, unsupervised
from reconciler.daemon.writing import Writing
from reconciler.engine.cycle import Cycle
from reconciler.intent.compile import World
from reconciler.report.event import Event
from reconciler.settings.loop import LoopSettings

Who = Callable[[str], str]
"""Who may have changed a device just now, in words; empty: nobody knows."""


async def unrecorded(device: DevicePlan, revision: str, digest: str, by: str) -> bool:
    """For who keeps no history."""
    return True


@dataclass
class Hub:
    """``complete``: every device has been looked at once since the start; before that nothing is written anywhere.

    ``approved``: digests of plans that a person wants applied. ``loop``: how often, how many at once. ``start``: has
    something run for long. ``now``: seconds since the epoch. ``reads``: how often each device was read since the
    start, whatever for; ``good``: when it was last found in sync, in seconds since the epoch.
    """

    loop: LoopSettings
    bus: Bus
    conditions: Conditions
    restraints: Restraints
    start: Start = unsupervised
    who: Who = lambda device: ""
    record: Record = unrecorded
    now: Callable[[], float] = time.time
    approved: set[str] = field(default_factory=set)
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    standings: dict[str, Standing] = field(default_factory=dict)
    reads: Counter[str] = field(default_factory=Counter)
    good: dict[str, float] = field(default_factory=dict)
    rollout: Rollout | None = None
    recompiled: Callable[[], None] = lambda: None
    _world: World | None = None
    _cycle: Cycle | None = None
    _awaited: set[str] = field(default_factory=set)
    _arrived: set[str] = field(default_factory=set)
    one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.gates = Gates(self.loop.concurrency)
        self.writing = Writing()
        self.rolling = Rolling(self.standings)
        self.restraints.rolling = self.rolling.waits
        self.joint = Joint(self)

    @property
    def cycle(self) -> Cycle:
        assert self._cycle is not None, "no revision is in force yet"
        return self._cycle

    def pace(self, loop: LoopSettings) -> None:
        """Another pace from the next look on; whoever is spoken to right now counts for the old number at once."""
        if loop.concurrency != self.loop.concurrency:
            self.gates.resize(loop.concurrency)
        self.loop = loop

    def adopt(self, cycle: Cycle, devices: Iterable[str]) -> None:
        """Another revision is in force, for these devices; what follows is its rollout."""
        names = set(devices)
        self._cycle, self._world = cycle, None
        self.rollout = Rollout(cycle.repository.revision, self.bus, set(names))
        if not self.complete.is_set():
            self._awaited = names - self._arrived
        self.rollout.dropped(())

    def arrived(self, device: str) -> None:
        """The device has been read, or could not be."""
        self._arrived.add(device)
        self._awaited.discard(device)
        if self._cycle is not None and not self._awaited:
            self.complete.set()

    def stand(self, device: str, standing: Standing) -> None:
        """Remember how things stand with ``device``. An approval is for the plan that stood, and for no later one."""
        before = self.standings.get(device)
        if before is not None and before.digest != standing.digest and standing.phase in SETTLED:
            self.approved.discard(before.digest)
        self.standings[device] = standing
        if standing.phase not in SETTLED:
            return
        if self.rollout is not None and not self.rolling.will_come_to(device):
            self.rollout.settled(device, standing)
        self.rolling.settled(device)

    def rolled_out(self, revision: str) -> Event | None:
        """How the rollout of ``revision`` has ended, if that was the last one and is over."""
        if self.rollout is None or self.rollout.revision != revision:
            return None
        return self.rollout.end

    def forget(self, devices: Collection[str]) -> None:
        """These are no devices of ours any more."""
        for device in devices:
            self.good.pop(device, None)
            if gone := self.standings.pop(device, None):  # not at the start: then it is met, not let go
                self.approved.discard(gone.digest)
                self.restraints.fights.acknowledge(device)
                self.conditions.end_all(device)
            self.gates.trust(device)
            self.arrived(device)
            self._arrived.discard(device)
        if self.rollout is not None:
            self.rollout.dropped(devices)

    def compiled(self, world: World) -> None:
        """What is wanted was compiled anew, for the cluster tells something else: everybody has to look again."""
        before, self._world = self._world, world
        if before is not None and before is not world:
            self.recompiled()

    def tell(self, event: Event) -> None:
        self.bus.publish(event)
