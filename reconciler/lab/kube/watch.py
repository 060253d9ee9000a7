"""The recent past of the cluster, so that a watch can start at any remembered version and miss nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from .status import JSON, expired

REMEMBERED = 1000
"""Changes kept for watchers that fall behind; who falls further behind has to list again."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one object; ``before`` None is a create, ``after`` None a delete."""

    version: int
    plural: str
    before: JSON | None
    after: JSON | None


class History:
    """The last changes in order. A restart forgets them: an older watch gets Expired and lists again."""

    def __init__(self, version: int) -> None:
        self._events: deque[Event] = deque()
        self._complete_since = version
        self._changed = asyncio.Event()

    def append(self, event: Event) -> None:
        """Remember a change and wake whoever waits for one."""
        self._events.append(event)
        if len(self._events) > REMEMBERED:
            self._complete_since = self._events.popleft().version
        self._changed.set()
        self._changed = asyncio.Event()

    def since(self, version: int) -> list[Event]:
        """The changes after ``version``. ApiError Expired: they are not all remembered."""
        if version < self._complete_since:
            raise expired(version, self._complete_since)
        return [event for event in self._events if event.version > version]

    async def follow(self, version: int) -> AsyncIterator[Event]:
        """All changes after ``version``, for ever. ApiError Expired: the reader fell too far behind."""
        while True:
            changed = self._changed
            for event in self.since(version):
                version = event.version
                yield event
            await changed.wait()


def seen_by(event: Event, selects: Callable[[JSON], bool]) -> tuple[str, JSON] | None:
    """What a watcher with a selector sees of a change: an object that stops matching is a delete to it.

    Returns the event's type and object; None if neither side matches.
    """
    was = event.before if event.before is not None and selects(event.before) else None
    now = event.after if event.after is not None and selects(event.after) else None
    if now is not None:
        return ("ADDED" if was is None else "MODIFIED"), now
    if was is None:
        return None
    return "DELETED", {**was, "metadata": {**was["metadata"], "resourceVersion": str(event.version)}}
