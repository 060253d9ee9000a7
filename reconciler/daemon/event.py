"""Who hears of what happens: the log, the history, alerts, whoever follows a push."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

from reconciler.report.event import Event, Heard
from reconciler.report.mistake import mistake

MISTAKE = "mistake"
KEPT = 2000
"""Events that wait for a slow reader; older ones are dropped and counted."""


class Bus:
    """Events for all who listen. Nobody who listens can delay what happens, nor stop it by a mistake of ours.

    ``dropped``: events that slow readers have lost since the start.
    """

    def __init__(self) -> None:
        self._heard: list[Heard] = []
        self.dropped = 0

    def publish(self, event: Event) -> None:
        for heard in tuple(self._heard):
            try:
                heard(event)
            except Exception as error:
                self._mistaken(event, error)

    def _mistaken(self, event: Event, error: Exception) -> None:
        """Told to all others; of whoever cannot even hear that, nothing more is said."""
        if event.kind != MISTAKE:
            self.publish(Event(MISTAKE, f"telling of {event.kind}: {mistake(error)}", event.device, "error"))

    def attach(self, heard: Heard) -> None:
        self._heard.append(heard)

    def detach(self, heard: Heard) -> None:
        with suppress(ValueError):
            self._heard.remove(heard)


class Reader:
    """The events from now on, for one reader. Use as a context manager, and iterate."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(KEPT)

    def __enter__(self) -> Reader:
        self._bus.attach(self._hear)
        return self

    def __exit__(self, *error: object) -> None:
        self._bus.detach(self._hear)

    def _hear(self, event: Event) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
            self._bus.dropped += 1
        self._waiting.put_nowait(event)

    def waiting(self) -> Iterator[Event]:
        """What has been heard already."""
        while not self._waiting.empty():
            yield self._waiting.get_nowait()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self._waiting.get()
