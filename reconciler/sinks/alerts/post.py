"""Sends one receiver what it has to know: one message at a time, not too many, again and again until it has arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from reconciler.desired.secret import SecretMissing
from reconciler.report.mistake import mistake, place
from reconciler.sinks.alerts.desk import REFRESH, Desk
from reconciler.sinks.alerts.failure import Failure
from reconciler.sinks.alerts.message import Message, of_document
from reconciler.sinks.alerts.sender import Sender
from reconciler.transport.backoff import Backoff

PATIENT = 30.0
"""Seconds after which a receiver that takes nothing is trouble that somebody has to hear of."""
LONGEST = 60.0


@dataclass
class Counts:
    """Since the start; ``queued``: alerts that wait right now."""

    queued: int = 0
    sent: int = 0
    failed: int = 0
    dropped: int = 0


class Post:
    """``interval``: seconds between two messages. ``save``: keep how far we are. ``trouble``: it fails, and why; or,
    empty, it is fine again.
    """

    def __init__(
        self,
        desk: Desk,
        sender: Sender,
        interval: float,
        save: Callable[[], Awaitable[object]],
        trouble: Callable[[str], None],
    ) -> None:
        self.desk, self.sender = desk, sender
        self._interval = min(interval, REFRESH) if desk.refreshes else interval
        self._save, self._trouble = save, trouble
        self._clock = desk.clock
        self._backoff = Backoff(self._clock.now, longest=LONGEST)
        self._free = self._again = -1e9
        self._failing: float | None = None
        self._is_told = True  # perhaps before a restart: the first message that arrives says that it is fine
        self._woken = asyncio.Event()
        self.totals = Counts()
        self.touched = True
        """Whether it is to be kept anew."""

    def restore(self, found: Any) -> None:
        """From before a restart; whatever stands there."""
        if isinstance(found, dict):
            self.desk.flight = of_document(found.get("flight"))
            at, dropped = found.get("sent"), found.get("dropped")
            self.desk.dropped = dropped if isinstance(dropped, int) and dropped > 0 else 0
            if isinstance(at, (int, float)):
                self._free = self._clock.loop(at) + self._interval

    def take_over(self, before: Post) -> None:
        """It stands for the same receiver, with other settings."""
        self.desk.flight, self.desk.dropped = before.desk.flight, before.desk.dropped
        self._free, self.totals = before._free, before.totals
        self._failing, self._is_told = before._failing, before._is_told

    def document(self) -> dict[str, Any]:
        """To be kept."""
        flight = {"flight": self.desk.flight.document()} if self.desk.flight else {}
        return {"sent": self._clock.wall(self._free - self._interval), "dropped": self.desk.dropped, **flight}

    @property
    def counts(self) -> Counts:
        return Counts(self.desk.queued, self.totals.sent, self.totals.failed, self.totals.dropped)

    def wake(self) -> None:
        """There may be something new."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; a mistake of ours costs a pause, and is trouble."""
        while True:
            self._woken.clear()
            try:
                await self._step()
            except Exception as error:
                self._say(mistake(error))
                await asyncio.sleep(LONGEST)

    async def _step(self) -> None:
        """Send what is to be sent now, or wait."""
        wait = self._wait()
        if wait == 0:
            await self._once()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._woken.wait()

    def _wait(self) -> float | None:
        """Seconds until the next try; None: until something is new."""
        now = self._clock.now()
        if self.desk.flight is not None:
            return max(0.0, self._backoff.left, self._again - now)
        at = self.desk.next
        return None if at is None else max(0.0, at - now, self._free - now)

    async def _once(self) -> None:
        message = self.desk.flight
        if message is None:
            message = self.desk.flight = self.desk.pick()
            self.touched = True
            await self._save()
        if message is not None:
            await self._deliver(message)
            await self._save()

    async def _deliver(self, message: Message) -> None:
        try:
            await self.sender.send(message)
        except Failure as error:
            self._failed(message, error)
        except SecretMissing as error:
            self._failed(message, Failure(str(error)))
        except Exception as error:  # its words may hold what nobody is to see
            self._failed(message, Failure(f"a mistake of ours, please report it: {type(error).__name__}{place(error)}"))
        else:
            self._arrived(message)

    def _arrived(self, message: Message) -> None:
        self.desk.delivered(message)
        self.totals.sent += 1
        self._landed()
        self._failing = None
        if self._is_told:
            self._is_told = False
            self._trouble("")

    def _landed(self) -> None:
        """There is nothing under way any more."""
        self.desk.flight, self.touched = None, True
        self._backoff.succeeded()
        self._free = self._clock.now() + self._interval

    def _failed(self, message: Message, error: Failure) -> None:
        now = self._clock.now()
        self.totals.failed += 1
        if error.lasting:
            self._refused(message, error)
            return
        self._failing = now if self._failing is None else self._failing
        self._backoff.failed(str(error))
        self._again = now + error.after
        if now - self._failing >= PATIENT:
            self._say(str(error))

    def _refused(self, message: Message, error: Failure) -> None:
        """Of many one may be the reason: they are tried by halves. One alone is given up."""
        self._landed()
        if len(message.items) > 1:
            self.desk.most = (len(message.items) + 1) // 2
            return
        self.desk.lost(message)
        what = ", ".join(f"{item.alert.kind} of {item.alert.where}" for item in message.items)
        self._say(f"it will never take this, so it was given up: {what}: {error}")

    def _say(self, words: str) -> None:
        self._is_told = True
        self._trouble(words)
