"""What was applied and proven is saved, so that a device boots with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from reconciler.core.driver import Script, Unreachable, serious
from reconciler.core.failpoint import failpoint
from reconciler.engine.observe import Device, side_by_side
from reconciler.engine.outcome import Outcome


class World(Protocol):
    """The devices, and what makes one boot with what was read last."""

    @property
    def devices(self) -> Mapping[str, Device]: ...
    def saving(self, device: str, /) -> Script | None: ...


@dataclass(frozen=True)
class Saving:
    """What cannot be saved is an outcome that is not ok."""

    world: World

    async def of(self, outcomes: Collection[Outcome]) -> dict[str, Outcome]:
        """By device."""
        saved = await side_by_side(self._save(outcome) for outcome in outcomes)
        return {outcome.device: outcome for outcome in saved}

    async def _save(self, outcome: Outcome) -> Outcome:
        """What cannot be saved is said; what it was about to save is applied and proven all the same."""
        script = self.world.saving(outcome.device)
        if script is None:
            return outcome
        failpoint("before saved")
        try:
            failures = await self.world.devices[outcome.device].transport.apply(script)
        except Unreachable as error:
            return dataclasses.replace(outcome, error=f"applied and proven, but not saved: {error}")
        failpoint("one saved")
        said = tuple(failure.reason for failure in failures if failure.nature == "warning")
        bad = serious(failures)
        return dataclasses.replace(outcome, failures=bad, warnings=(*outcome.warnings, *said), unsaved=bool(said))
