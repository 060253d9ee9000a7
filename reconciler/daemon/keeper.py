"""Keeps one device as it should be: looks when something has changed, when it is time, and after failures."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from reconciler.daemon.hub import Hub
from reconciler.daemon.standing import Phase, Standing
from reconciler.daemon.turn import Turns
from reconciler.daemon.watcher import watcher_of
from reconciler.engine.observe import Device
from reconciler.report.event import Event
from reconciler.report.mistake import mistake
from reconciler.transport.backoff import Backoff

RETRIED: frozenset[Phase] = frozenset({"failed", "unreachable", "unreadable"})
JITTER = 0.1


class Keeper:
    """Level-triggered: why it was called does not decide what is done, only when."""

    def __init__(self, hub: Hub, device: Device) -> None:
        self._hub = hub
        self._name = device.name
        self._turns = Turns(hub, device.name)
        self._backoff = Backoff(self._now)
        self._polled = device.platform == "arista_eos"
        self._watcher = watcher_of(device, self.stir) if hub.loop.watch else None
        self._wake = asyncio.Event()
        self._next = 0.0
        self._began = -hub.loop.debounce
        self._judged = -hub.loop.debounce
        self._told: float | None = None
        self._dirty, self._stirred, self._patient, self._away = True, False, False, False
        self._stopping, self._urgent = False, False

    def call(self, *, at_once: bool = True, told: bool = False) -> None:
        """Have it look; ``at_once``: also if it has failed a moment ago; ``told``: for the device says so."""
        self._dirty = True
        if told:
            self._told = self._told or self._hub.now()
        self._urgent |= at_once
        self._patient &= not at_once
        self._wake.set()

    def stir(self, back: bool = False) -> None:
        """The device has told of something; whether it is news is judged when there is time.

        ``back``: it is listened to from now on. One that was away is there again: nobody waits for the next try.
        """
        self._stirred = True
        self._patient &= not (back and self._away)
        self._told = self._told or self._hub.now()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled, or asked to stop."""
        watching = self._hub.start(self._watcher.run(self._unwatched), f"watch {self._name}") if self._watcher else None
        try:
            while not self._stopping:
                quick = await self._called()
                await self._turn(quick=quick)
        finally:
            if watching is not None:
                watching.cancel()
                await asyncio.wait({watching})

    @property
    def applying(self) -> bool:
        return self._turns.applying

    def stop(self) -> None:
        """What is being written is finished, nothing more is begun."""
        self._stopping = True
        self._wake.set()

    async def _called(self) -> bool:
        """Wait until there is a reason to look; True if it is enough to ask what the kernel knows."""
        while True:
            now = self._now()
            if self._stopping or now >= self._next:
                return False
            if self._dirty and not self._patient:
                await self._spaced(self._began)
                return False
            if self._stirred and not self._patient:
                await self._spaced(self._judged)
                if self._news():
                    return self._watcher is not None and self._watcher.quick
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._next - now):
                    await self._wake.wait()
            self._wake.clear()

    async def _spaced(self, last: float) -> None:
        """At most one look every ``debounce``: the first at once."""
        await asyncio.sleep(max(0.0, last + self._hub.loop.debounce - self._now()))

    def _news(self) -> bool:
        """Whether what was heard is something that the last look does not show."""
        self._stirred, self._judged = False, self._now()
        reading, wish = self._turns.reading, self._turns.wish
        if self._watcher is None or reading is None or wish is None:
            return True
        try:
            if self._watcher.news(reading, wish.desired, wish.owns):
                return True
        except Exception as error:
            self._mistaken(error)
            return True
        self._told = None
        return False

    async def _turn(self, *, quick: bool) -> None:
        """A look, and what follows; whatever goes wrong, the next one comes."""
        told, self._told = self._told, None
        self._dirty, self._urgent = False, False
        self._began = self._now()
        try:
            standing = await self._turns.take(told, quick=quick)
        except Exception as error:
            standing = Standing("failed", self._mistaken(error), self._hub.cycle.repository.revision)
            self._hub.stand(self._name, standing)
            self._hub.arrived(self._name)  # it could not be read: nobody else has to wait for it
        self._judged = self._now()
        self._patient = standing.phase in RETRIED and not self._urgent
        self._away = standing.phase == "unreachable"
        self._dirty |= standing.phase == "reading"
        self._schedule(standing)

    def _mistaken(self, error: Exception) -> str:
        words = mistake(error)
        self._hub.tell(Event("mistake", f"{self._name}: {words}", self._name, "error"))
        return words

    def _schedule(self, standing: Standing) -> None:
        loop = self._hub.loop
        if standing.phase in RETRIED:
            self._backoff.pace(loop.retry.first, loop.retry.longest)
            self._backoff.failed(standing.reason)
            self._next = self._now() + max(self._backoff.left, loop.debounce)
            return
        self._backoff.succeeded()
        period = loop.poll if self._polled else loop.reread
        self._next = self._now() + period * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret

    def _unwatched(self, reason: str) -> None:
        """The stream of events has ended: what happened since is not known, nor whether the device is still there."""
        self._hub.tell(Event("unwatched", f"{self._name}: {reason}", self._name, "debug"))
        self._hub.gates.doubt(self._name)
        self.call(at_once=not self._away)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
