"""Nothing is applied that cannot be recorded: what is about to be written to a device is in the history first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from reconciler.core.plan import DevicePlan
from reconciler.daemon.condition import Conditions
from reconciler.daemon.restraint import Restraints
from reconciler.report.plan_json import change_document
from reconciler.sinks.database import Unwritable
from reconciler.sinks.journal.entry import Work

CONDITION = "journal"


class Recorder(Protocol):
    """The part of the journal that is needed here. ``trouble``: why it cannot be written now; empty: it can."""

    trouble: str

    async def begin(self, work: Work) -> None:
        """Raises: Unwritable."""
        ...


@dataclass
class Ledger:
    """``required``: what cannot be recorded is not applied. ``again``: everybody is to look again."""

    journal: Recorder
    conditions: Conditions
    restraints: Restraints
    required: bool = True
    again: Callable[[], None] = lambda: None

    async def record(self, device: DevicePlan, revision: str, digest: str, by: str) -> bool:
        """Whether these changes may be applied; they are on disk then, or need not be."""
        changes = [change_document(planned, device.cause) for planned in device.changes if planned.written]
        try:
            await self.journal.begin(Work(device.name, device.cause, revision, digest, by, changes))
        except Unwritable:  # whatever is wrong with this work alone stops no other
            self.look()
            return not self.required
        self._look("")
        return True

    def look(self) -> None:
        """Notice that it cannot be written, or can be again, although nothing is to be applied."""
        self._look(self.journal.trouble)

    def _look(self, trouble: str) -> None:
        before = self.restraints.unrecorded
        self.restraints.unrecorded = f"it cannot be recorded: {trouble}" if trouble and self.required else ""
        if trouble:
            waits = "nothing is applied until it can" if self.required else "what is applied is not recorded"
            words = f"the history cannot be written: {trouble}; {waits}"
            self.conditions.begin(CONDITION, CONDITION, words, level="error")
            return
        self.conditions.end(CONDITION, CONDITION, "the history can be written again")
        if before:
            self.again()
