"""Start everything, say when it is ready, end it in good order: what `reconcile daemon` runs."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from reconciler.core.words import plural
from reconciler.daemon import systemd
from reconciler.daemon.condition import Conditions
from reconciler.daemon.control import Control
from reconciler.daemon.deployment import Deployment
from reconciler.daemon.event import Bus, Event
from reconciler.daemon.fights import Fights
from reconciler.daemon.following import Following
from reconciler.daemon.hearsay import Hearsay
from reconciler.daemon.hooks import Hooks
from reconciler.daemon.hub import Hub
from reconciler.daemon.lock import Lock
from reconciler.daemon.log import logger
from reconciler.daemon.restraint import Restraints
from reconciler.daemon.service import Service
from reconciler.daemon.supervision import Mistaken, Supervisor
from reconciler.daemon.suspension import Suspensions
from reconciler.engine import keep
from reconciler.engine.record import world_of
from reconciler.settings.model import Settings
from reconciler.settings.windows import Windows
from reconciler.source.opening import open_source
from reconciler.source.webhook import webhooks

PATIENCE = 60.0
"""Seconds for what is being written when we are asked to end (`TimeoutStopSec=` is longer)."""
FIRST_LOOK = 30.0
"""Seconds after which we are ready although a device has not been looked at yet."""
Reload = Callable[[], Settings]


class Daemon:
    """One daemon. ``reread``: the settings once more, for SIGHUP."""

    def __init__(self, settings: Settings, targeted: Callable[[str], bool] = lambda name: True) -> None:
        self._settings = settings
        self._kept_at = settings.state / f"daemon-{world_of(settings.inventory)}.json"
        self._kept = keep.read(self._kept_at)
        self._is_saved = True
        self.bus = Bus()
        self.bus.attach(logger(settings.log.format, settings.log.level))
        self.suspensions = Suspensions(self._kept.get("suspended"), self._save)
        fights = Fights(settings.fights.flips, settings.fights.within)
        conditions = Conditions(self.bus)
        restraints = Restraints(self.suspensions, fights, conditions, settings.heal, Windows(settings.windows))
        self.hub = Hub(settings.loop, self.bus, conditions, restraints)
        self.deployment = Deployment(self.hub, settings.inventory, targeted)
        self.hub.recompiled = self.deployment.call_all
        source = open_source(settings.source, settings.state / "source")
        self.following = Following(self.deployment, source, settings.source.interval, self._kept, self._save)
        self.hearsay = Hearsay(self._hosts, self._called, self.bus.publish)
        self.hub.who = self.hearsay.who
        self.deployment.renewed = self.hearsay.renew
        self.service = Service(settings, self.hub, self.deployment, self.following, time.time())
        self.control = Control(self.service, settings.socket)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT. Raises: Held; OSError; SecretMissing; Mistaken."""
        supervisor = Supervisor(self.bus.publish)
        ended, start = supervisor.ended, supervisor.start
        self.hub.start = start
        self._signals(ended)
        async with AsyncExitStack() as stack:
            lock = Lock(self._settings.state / "daemon.lock")
            stack.callback(lock.release)
            await self._listen(stack)
            tasks = [
                start(self.following.run(), "following the source"),
                start(self.hearsay.run(), "hearing syslog"),
                start(self.service.watch_clock(), "watching the clock"),
                start(self._live(), "feeding the watchdog"),
            ]
            stack.push_async_callback(_cancelled, tasks)
            await self._become_ready(ended)
            await ended.wait()
            systemd.stopping("finishing what is being written")
            self.bus.publish(Event("stopping", "stopping: what is being written is finished, nothing more is begun"))
            await _cancelled(tasks)
            await self.deployment.stop(PATIENCE)
        self.bus.publish(Event("stopped", "stopped"))
        if supervisor.why:
            raise Mistaken(supervisor.why)

    async def _listen(self, stack: AsyncExitStack) -> None:
        """Control socket, syslog, webhook: some of the sockets may be systemd's."""
        handed = systemd.listen_fds()
        await self.control.open()
        stack.push_async_callback(self.control.close)
        await self.hearsay.open(self._settings.listen.syslog, handed.get("syslog", ()))
        stack.callback(self.hearsay.close)
        hook = self._settings.source.webhook
        if hook is not None:
            secrets = {str(kind): one for kind, one in webhooks(hook).items()}
            hooks = Hooks(secrets, self.following.poke, self.bus.publish)
            await hooks.open(self._settings.listen.webhook, handed.get("webhook", ()))
            stack.push_async_callback(hooks.close)

    async def _become_ready(self, ended: asyncio.Event) -> None:
        """Every device was looked at once, or there is nothing to look at yet."""
        first = self.hub.start(self.following.look(), "looking at the source")
        stop = asyncio.create_task(ended.wait())
        await asyncio.wait({first, stop}, return_when=asyncio.FIRST_COMPLETED)
        if self.deployment.checkout is not None:
            complete = asyncio.create_task(self.hub.complete.wait())
            await asyncio.wait({complete, stop}, timeout=FIRST_LOOK, return_when=asyncio.FIRST_COMPLETED)
            complete.cancel()
        stop.cancel()
        if not ended.is_set():
            self.bus.publish(Event("ready", f"ready: {self._begun}"))
            systemd.ready(self._begun)

    @property
    def _begun(self) -> str:
        checkout = self.deployment.checkout
        if checkout is None:
            return "no revision is in force yet"
        return f"{plural(len(self.deployment.keepers), 'device')} at revision {checkout.revision[:12]}"

    async def _live(self) -> None:
        """Feed the watchdog from the loop itself, and say how things stand."""
        interval = systemd.watchdog_interval() or 15.0
        while True:
            systemd.alive()
            systemd.say(self.service.summary)
            await self._tidy()
            await asyncio.sleep(min(interval, 15.0))

    async def _tidy(self) -> None:
        """What somebody has taken away from under us, or was full, is tried again."""
        if not self._is_saved:
            self._save()
        try:
            if await self.control.keep():
                self.bus.publish(Event("warning", "the control socket was removed; it is there again", level="warning"))
        except OSError as error:
            words = f"the control socket is gone: {error}"
            self.hub.conditions.begin("socket", str(self._settings.socket), words)
        else:
            self.hub.conditions.end("socket", str(self._settings.socket), "the control socket is there again")

    def _signals(self, ended: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)

    def _reload(self) -> None:
        """Look at the source and the inventory now."""
        systemd.reloading()
        self.bus.publish(Event("reload", "asked to look again at the source, the inventory and every device"))
        self.following.poke()
        self.deployment.call_all()
        systemd.ready(self.service.summary)

    def _hosts(self) -> dict[str, str]:
        inventory = self.deployment.inventory
        return {} if inventory is None else {name: entry.host for name, entry in inventory.devices.items()}

    def _called(self, device: str) -> None:
        if device in self.deployment.keepers:
            self.deployment.keepers[device].call()

    def _save(self) -> None:
        """What survives a restart; a state directory that cannot be written costs only that, and is tried again."""
        self._kept["suspended"] = self.suspensions.documents()
        try:
            keep.write(self._kept_at, self._kept)
        except OSError as error:
            self._is_saved = False
            words = f"suspensions would not survive a restart: {self._kept_at} cannot be written: {error.strerror}"
            self.hub.conditions.begin("state", str(self._settings.state), words, level="error")
        else:
            self._is_saved = True
            self.hub.conditions.end("state", str(self._settings.state), f"{self._kept_at} can be written again")


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def serve(settings: Settings, targeted: Callable[[str], bool]) -> None:
    """Run until asked to end. Raises: Held; OSError; SecretMissing; Mistaken."""
    os.umask(0o022)
    Path(settings.state).mkdir(parents=True, exist_ok=True)
    asyncio.run(Daemon(settings, targeted).run())
