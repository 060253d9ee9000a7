"""SIGHUP: the settings are read again, and the source, the inventory and every device are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.daemon import systemd
from reconciler.daemon.deployment import Bad
from reconciler.daemon.service import Service
from reconciler.report.event import Event
from reconciler.report.mistake import mistake
from reconciler.settings.change import merged
from reconciler.settings.load import Loaded
from reconciler.settings.model import Settings

SETTINGS = "settings"
"""Kind and subject of the condition."""


@dataclass
class Reload:
    """``reread``: the settings' file once more; None: the daemon was started without one. ``adopt``: these hold now.

    ``advise``: this is the file that holds now.
    """

    service: Service
    reread: Callable[[], Loaded] | None = None
    adopt: Callable[[Settings], None] = lambda settings: None
    advise: Callable[[Loaded], None] = lambda loaded: None
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self) -> None:
        """From a signal's handler; asked again meanwhile it is done once more, however often."""
        self._asked.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self.once()

    async def once(self) -> None:
        """Whatever goes wrong, systemd hears that it is over."""
        systemd.reloading()
        self._tell("reload", "asked to look again at the settings, the source, the inventory and every device")
        try:
            await self._settings()
        except Exception as error:
            self._tell("mistake", f"reading the settings again: {mistake(error)}", failed=True)
        self.service.following.poke()
        self.service.deployment.call_all()
        systemd.ready(self.service.summary)

    async def _settings(self) -> None:
        """Bad ones change nothing."""
        if self.reread is None:
            return
        loaded = await asyncio.to_thread(self.reread)
        conditions = self.service.hub.conditions
        if loaded.settings is None:
            words = f"the settings are bad, so those from before stay in force: {Bad(loaded.problems)}"
            conditions.begin(SETTINGS, SETTINGS, words, level="error")
            return
        conditions.end(SETTINGS, SETTINGS, "the settings are good")
        change = merged(self.service.settings, loaded.settings)
        if change.new:
            self.service.adopt(change.settings)
            self.adopt(change.settings)
            self._tell(SETTINGS, f"other settings are in force: {', '.join(change.new)}")
        self.advise(loaded)
        if change.waits:
            self._tell(SETTINGS, f"restart for {', '.join(change.waits)}: they stay as they were", failed=True)

    def _tell(self, kind: str, words: str, *, failed: bool = False) -> None:
        self.service.hub.tell(Event(kind, words, level="warning" if failed else "info"))
