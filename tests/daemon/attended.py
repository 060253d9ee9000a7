"""A daemon in fast time with everybody who listens: history, alerts, metrics, its log; and people with a memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from reconciler.daemon.archive import Archive
from reconciler.daemon.deployment import Deployment
from reconciler.daemon.gauges import Beside, view
from reconciler.daemon.hub import Hub
from reconciler.daemon.kept import SAVED
from reconciler.daemon.log import logger
from reconciler.daemon.sinks import Sinks
from reconciler.settings.model import Settings
from reconciler.sinks.alerts import alerts as module
from reconciler.sinks.metrics.metrics import Metrics
from tests.daemon.world import World
from tests.sinks.office import Person

PEOPLE = """\
  alerts:
    receivers:
      am: {alertmanager: {url: "http://127.0.0.1:9"}}
      chat: {apprise: {url: {env: CHAT}}}
      desk: {webhook: {url: "http://127.0.0.1:9"}, severity: info}
"""


class Attended(World):
    """``people``: what each receiver was told; the way to them alone is not the daemon's own."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, names: Iterable[str] = ("n1", "n2")) -> None:
        super().__init__(folder, names)
        self.spec = PEOPLE
        self._is_due = False
        self.people = {name: Person() for name in ("am", "chat", "desk")}
        patch.setattr(module, "sender", lambda name, *rest: self.people[name])

    def archive(self, settings: Settings, hub: Hub, deployment: Deployment) -> Archive:
        hub.bus.attach(logger("json", "info"))
        self.sinks = Sinks(settings, "world", hub, deployment.call_all)
        self.metrics = Metrics(lambda: view(self.service, Beside(receivers=self.sinks.receivers)))
        hub.bus.attach(self.metrics.hear)
        return self.sinks.archive

    async def begin(self) -> None:
        await self.sinks.begin()

    async def end(self) -> None:
        await self.sinks.end()

    def _keep(self) -> None:
        """As the daemon does: what begins together is kept once."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(SAVED, self._kept_now)

    def _kept_now(self) -> None:
        self._is_due = False
        super()._keep()

    @property
    def news(self) -> dict[str, list[tuple[str, str]]]:
        """What each was told, but reminders: (opened, updated or resolved; kind), in order."""
        return {name: [(item.status, item.alert.kind) for item in items(one)] for name, one in self.people.items()}


def items(person: Person) -> list[Any]:
    return [item for _, message in person.heard for item in message.items if item.status != "reminder"]
