"""Who hears of what happens beside the log: history, alerts, metrics; made, connected, and run beside the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.daemon.archive import Archive
from reconciler.daemon.hub import Hub
from reconciler.daemon.ledger import Ledger
from reconciler.report.event import Event
from reconciler.settings.model import Settings
from reconciler.sinks.alerts.alerts import Alerts
from reconciler.sinks.journal.journal import Journal
from reconciler.sinks.journal.retention import Retention
from reconciler.sinks.metrics.view import Receiver

RECEIVER = "receiver"


@dataclass
class Sinks:
    """``world``: tells the devices of one inventory from those of another. ``again``: everybody looks again."""

    settings: Settings
    world: str
    hub: Hub
    again: Callable[[], None]
    revision: Callable[[], str] = lambda: ""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        state, hub = self.settings.state, self.hub
        self.journal = Journal(
            state / f"journal-{self.world}.db",
            _retention(self.settings),
            tell=lambda words: hub.tell(Event("warning", words, level="warning")),
            now=hub.now,
            changed=lambda: self.ledger.look(),
        )
        self.ledger = Ledger(self.journal, hub.conditions, hub.restraints, self.settings.journal.required, self.again)
        self.archive = Archive(self.journal, state / "recorded")
        self.alerts = Alerts(
            state / f"alerts-{self.world}.db",
            self.settings.alerts,
            hub.tell,
            self._receiver,
            now=hub.now,
            revision=self.revision,
        )
        hub.record = self.ledger.record
        hub.bus.attach(self.journal.hear)
        hub.bus.attach(self.alerts.hear)

    async def begin(self) -> None:
        """Before anything happens: what held at the last end, and does no longer, is over."""
        holding = {one.id for one in self.hub.conditions}
        for one in self.hub.conditions:  # whoever has lost its file hears of it anew; all others know it
            self.alerts.hear(Event(one.kind, one.words, one.device, data={"episode": "opened", **one.data}))
        await self.journal.settle(holding)
        self.ledger.look()
        await self.alerts.settle(holding)
        self.ledger.look()  # that it could not be written before a restart may be over
        for one in self.hub.conditions:
            if one.kind == RECEIVER and one.subject not in self.settings.alerts.receivers:
                self.hub.conditions.end(RECEIVER, one.subject, f"{one.subject} is no receiver any more")
        start = self.hub.start
        self._tasks += [start(self.journal.run(), "writing the history"), start(self.alerts.run(), "sending alerts")]

    async def end(self) -> None:
        """What was heard is on disk."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.journal.close()

    @property
    def receivers(self) -> dict[str, Receiver]:
        """Of alerts, as the metrics count them."""
        counts = self.alerts.counts.items()
        return {name: Receiver(one.queued, one.sent, one.failed, one.dropped) for name, one in counts}

    def queued(self) -> dict[str, int]:
        """Alerts that wait, by receiver."""
        return {name: one.queued for name, one in self.alerts.counts.items()}

    def adopt(self, settings: Settings) -> None:
        """Other settings hold from now on."""
        self.settings = settings
        self.alerts.adopt(settings.alerts)
        self.journal.retention = _retention(settings)
        self.ledger.required = settings.journal.required
        self.ledger.look()

    def _receiver(self, name: str, words: str) -> None:
        """One takes nothing, or does again."""
        if words:
            self.hub.conditions.begin(RECEIVER, name, f"alerts do not reach {name}: {words}")
        else:
            self.hub.conditions.end(RECEIVER, name, f"alerts reach {name} again")


def _retention(settings: Settings) -> Retention:
    return Retention(settings.journal.retention, settings.journal.size)
