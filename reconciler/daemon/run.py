"""Start everything, say when it is ready, end it in good order: what `reconcile daemon` runs."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from reconciler.core.words import brief, plural
from reconciler.daemon import leaving, systemd
from reconciler.daemon.advice import Advice
from reconciler.daemon.api_alerts import AlertsApi
from reconciler.daemon.api_history import HistoryApi
from reconciler.daemon.condition import Conditions
from reconciler.daemon.control import Control
from reconciler.daemon.deployment import Deployment
from reconciler.daemon.doors import Doors
from reconciler.daemon.event import Bus
from reconciler.daemon.fights import Fights
from reconciler.daemon.following import Following
from reconciler.daemon.gauges import Beside, unready, view
from reconciler.daemon.hearsay import Hearsay
from reconciler.daemon.history import History
from reconciler.daemon.hub import Hub
from reconciler.daemon.kept import Kept
from reconciler.daemon.lock import locked
from reconciler.daemon.log import logger
from reconciler.daemon.pulse import beat
from reconciler.daemon.reload import SETTINGS, Reload
from reconciler.daemon.restraint import Restraints
from reconciler.daemon.service import Service
from reconciler.daemon.sinks import Sinks
from reconciler.daemon.supervision import Mistaken, Supervisor
from reconciler.daemon.suspension import Suspensions
from reconciler.engine.fleet import Fleet
from reconciler.engine.reach import Ways
from reconciler.engine.record import world_of
from reconciler.report.event import Event, Heard
from reconciler.settings.load import Loaded
from reconciler.settings.model import LogSettings, Settings
from reconciler.settings.windows import Windows
from reconciler.sinks.metrics.metrics import Metrics
from reconciler.sinks.web import Web
from reconciler.source.opening import open_source

FIRST_LOOK = 30.0
"""Seconds after which we are ready although the source has not answered, or a device has not been looked at yet."""
MARGIN = 60.0
"""Seconds that systemd leaves us for what comes after the last batch: taking back what was cut short."""
TIDIED = 15.0
STOPPING = "stopping: what is being written is finished, nothing more is begun"
Targeted = Callable[[str], bool]
Reread = Callable[[], Loaded]


class Daemon:
    """One daemon. ``reread``: the settings once more, for SIGHUP; None: they are in no file. ``advice``: on that."""

    def __init__(
        self,
        settings: Settings,
        targeted: Targeted = lambda name: True,
        reread: Reread | None = None,
        advice: Advice | None = None,
    ) -> None:
        self._settings = settings
        world = world_of(settings.inventory)
        self._kept = Kept(settings.state / f"daemon-{world}.json", self._troubled)
        known, save = self._kept.found, self._kept.save
        self.bus = Bus()
        self._supervisor = Supervisor(self.bus.publish)
        self._log: Heard = lambda event: None
        self._speak(settings.log)
        self.suspensions = Suspensions(known.get("suspended"), save)
        fights = Fights(settings.fights.flips, settings.fights.within, known=known.get("fights"), changed=save)
        conditions = Conditions(self.bus, known=known.get("conditions"), changed=self._kept.save_soon)
        for part in (("suspended", self.suspensions), ("fights", fights), ("conditions", conditions)):
            self._kept.add(part[0], part[1].documents)
        restraints = Restraints(self.suspensions, fights, settings.heal, Windows(settings.windows))
        self.hub = Hub(settings.loop, self.bus, conditions, restraints)
        fleet = Fleet(writes=True, ways=Ways.of_loop(settings.loop.concurrency))
        self.deployment = Deployment(self.hub, settings.inventory, settings.state, targeted, fleet)
        self.deployment.obey(settings)
        self.hub.recompiled = self.deployment.call_all
        self.sinks = Sinks(settings, world, self.hub, self.deployment.call_all, self._revision)
        source = open_source(settings.source, settings.state / "source")
        archive = self.sinks.archive
        self.following = Following(self.deployment, source, settings.source.interval, known, save, archive)
        self.hearsay = Hearsay(self._hosts, self._called, self.bus.publish)
        self.hub.who = self.hearsay.who
        self._advice = advice
        self.deployment.renewed = self._renewed
        self.service = Service(settings, self.hub, self.deployment, self.following, time.time(), self.sinks.queued)
        self.reload = Reload(self.service, reread, self._adopt, self._advise)
        self.metrics = Metrics(lambda: view(self.service, self._beside()))
        self.bus.attach(self.metrics.hear)
        self.doors = self._doors(settings)

    def _doors(self, settings: Settings) -> Doors:
        web = Web(self.metrics, lambda: self._supervisor.why, lambda: unready(self.service))
        history = HistoryApi(History(self.service, self.sinks.journal, self.sinks.archive))
        routes = (*history.routes, *AlertsApi(self.sinks.alerts).routes, *web.routes())
        return Doors(self.service, Control(self.service, settings.socket, routes), self.hearsay, web)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT. Raises: Held; OSError; SecretMissing; Mistaken."""
        ended, start = self._supervisor.ended, self._supervisor.start
        self.hub.start = start
        self._signals(ended)
        self.hub.conditions.end(SETTINGS, SETTINGS, "the settings are good")
        async with AsyncExitStack() as stack:
            for warning in locked(stack, self._settings.state, self._settings.inventory):
                self.bus.publish(Event("warning", warning, level="warning"))
            self.following.begin_at(self._settings.source.place)
            await self.sinks.begin()
            stack.push_async_callback(self.sinks.end)
            stack.callback(lambda: self.bus.publish(Event("stopped", "stopped")))
            await self.doors.open(stack)
            pulse = start(beat(lambda: STOPPING if ended.is_set() else self.service.summary), "feeding the watchdog")
            stack.push_async_callback(_cancelled, [pulse])
            tasks = [
                start(self.following.run(), "following the source"),
                start(self.hearsay.run(), "hearing syslog"),
                start(self.service.watch_clock(), "watching the clock"),
                start(self._tidying(), "tidying"),
                start(self.metrics.run(), "measuring the loop"),
            ]
            stack.push_async_callback(_cancelled, tasks)
            await self._become_ready(ended)
            tasks.append(start(self.reload.run(), "reading the settings again"))
            await ended.wait()
            await self._end(tasks)
        if self._supervisor.why:
            raise Mistaken(self._supervisor.why)

    async def _become_ready(self, ended: asyncio.Event) -> None:
        """Every device was looked at once, or there is nothing to look at yet, or it takes too long."""
        waited = [asyncio.create_task(self._looked()), asyncio.create_task(ended.wait())]
        await asyncio.wait(waited, timeout=FIRST_LOOK, return_when=asyncio.FIRST_COMPLETED)
        await _cancelled(waited)
        if not ended.is_set():
            self.bus.publish(Event("ready", f"ready: {self._begun}"))
            systemd.ready(self.service.summary)

    async def _looked(self) -> None:
        await self.following.looked.wait()
        if self.deployment.checkout is not None:
            await self.hub.complete.wait()

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        """Whatever is being written is given the time that it would have had."""
        patience = self._settings.loop.apply_timeout
        systemd.stopping(STOPPING, patience + MARGIN)
        self.bus.publish(Event("stopping", STOPPING))
        await _cancelled(tasks)
        await self.deployment.stop(patience)
        self._kept.save()

    @property
    def _begun(self) -> str:
        checkout = self.deployment.checkout
        if checkout is None:
            return "no revision is in force yet"
        return f"{plural(len(self.deployment.keepers), 'device')} at revision {brief(checkout.revision)}"

    async def _tidying(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(TIDIED)
            await self._tidy()

    async def _tidy(self) -> None:
        """What somebody has taken away from under us, or was full, is tried again."""
        if not self._kept.is_saved:
            self._kept.save()
        await self.doors.keep()

    def _signals(self, ended: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        loop.add_signal_handler(signal.SIGHUP, self.reload.ask)

    def _speak(self, log: LogSettings) -> None:
        """Log so from now on."""
        self.bus.detach(self._log)
        self._log = logger(log.format, log.level)
        self.bus.attach(self._log)

    def _adopt(self, settings: Settings) -> None:
        """Other settings hold from now on."""
        self._speak(settings.log)
        self.sinks.adopt(settings)

    def _beside(self) -> Beside:
        return Beside(looked=self.following.seen_at, receivers=self.sinks.receivers)

    def _revision(self) -> str:
        return self.deployment.checkout.revision if self.deployment.checkout else ""

    def _hosts(self) -> dict[str, str]:
        inventory = self.deployment.inventory
        return {} if inventory is None else {name: entry.host for name, entry in inventory.devices.items()}

    def _renewed(self) -> None:
        """Another revision or inventory; what is advised on it waits until it is in force as a whole."""
        self.hearsay.renew()
        asyncio.get_running_loop().call_soon(self._advise)

    def _advise(self, loaded: Loaded | None = None) -> None:
        if self._advice is not None:
            self._advice.give(self.deployment, loaded)

    def _called(self, device: str) -> None:
        if device in self.deployment.keepers:
            self.deployment.keepers[device].call(told=True)

    def _troubled(self, words: str) -> None:
        """The state directory cannot be written, or can be again."""
        place = str(self._settings.state)
        if words:
            self.hub.conditions.begin("state", place, words, level="error")
        else:
            self.hub.conditions.end("state", place, f"{place} can be written again")


async def _cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def serve(settings: Settings, targeted: Targeted, reread: Reread | None = None, advice: Advice | None = None) -> None:
    """Run until asked to end. Raises: Held; OSError; SecretMissing; Mistaken."""
    Path(settings.state).mkdir(parents=True, exist_ok=True)
    leaving.run(Daemon(settings, targeted, reread, advice).run())
