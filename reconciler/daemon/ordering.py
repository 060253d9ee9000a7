"""The order of a plan that waits is worked out once, not at every look at a device that it waits on."""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass

from reconciler.core.plan import Plan
from reconciler.engine.cycle import Cycle
from reconciler.engine.order import as_seen
from reconciler.walk.topology import World


@dataclass
class Ordering:
    """The last one, with what all devices had then. Cheap as long as readings are the same objects."""

    _cycle: Cycle | None = None
    _plan: Plan | None = None
    _world: World | None = None

    async def of(self, plan: Plan, cycle: Cycle) -> Plan:
        """``plan`` with its stages."""
        world, last = as_seen(cycle.seen), self._plan
        if last is not None and self._cycle is cycle and self._world == world and last.digest == plan.digest:
            return dataclasses.replace(plan, schedule=last.schedule)
        ordered = await asyncio.to_thread(cycle.in_order, plan)
        self._cycle, self._plan, self._world = cycle, ordered, world
        return ordered
