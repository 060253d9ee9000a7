"""A daemon's episodes, and people who hear of them: each has a memory, may be away, and may refuse."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.daemon.condition import Conditions
from reconciler.daemon.event import Bus
from reconciler.report.event import Event
from reconciler.settings.alerts import AlertSettings
from reconciler.sinks.alerts import alerts as module
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.alerts import Alerts
from reconciler.sinks.alerts.failure import Failure
from reconciler.sinks.alerts.message import Message
from tests.daemon.fasttime import now


@dataclass
class Person:
    """``away``: nothing arrives; ``refuses``: alerts of these subjects are never taken. ``heard``: when, and what."""

    away: bool = False
    after: float = 0.0
    refuses: set[str] = field(default_factory=set)
    heard: list[tuple[float, Message]] = field(default_factory=list)
    tries: list[float] = field(default_factory=list)

    async def send(self, message: Message) -> str:
        self.tries.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.01)
        if self.away:
            raise Failure("nobody is there", after=self.after)
        if any(item.alert.subject in self.refuses for item in message.items):
            raise Failure("HTTP 400 Bad Request", lasting=True)
        self.heard.append((asyncio.get_running_loop().time(), message))
        return "thanks"

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(item.status, item.alert.subject) for _, message in self.heard for item in message.items]

    @property
    def news(self) -> list[tuple[str, str]]:
        return [one for one in self.told if one[0] != "reminder"]

    @property
    def by_id(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for _, message in self.heard:
            for item in message.items:
                found[item.alert.id].append(item.status)
        return found


@dataclass
class Office:
    """``conditions``: what the daemon says that holds. ``troubles``: receivers that fail, and those fine again."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    people: dict[str, Person] = field(default_factory=dict)
    said: list[Event] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    alerts: Alerts | None = None
    bus: Bus = field(default_factory=Bus)

    def __post_init__(self) -> None:
        self.conditions = Conditions(self.bus, now)
        self.bus.attach(self._hear)

    def settings(self, receivers: dict[str, Any] | None = None, **fields: Any) -> AlertSettings:
        """Receivers with rules of their own; the way to them is of no interest here."""
        rules = receivers or {"oncall": {}}
        ways = {"webhook": {"url": "http://127.0.0.1:1"}}
        named = {name: (one if "alertmanager" in one else ways | one) for name, one in rules.items()}
        return AlertSettings.model_validate({"receivers": named, **fields})

    def make(self, settings: AlertSettings) -> Alerts:
        def way(name: str, *rest: object) -> Person:
            return self.people.setdefault(name, Person())

        self.monkeypatch.setattr(module, "sender", way)
        self.alerts = Alerts(
            self.folder / "alerts.db",
            settings,
            self.said.append,
            self._trouble,
            now=now,
            revision=lambda: "c0ffee",
        )
        return self.alerts

    @asynccontextmanager
    async def running(self, settings: AlertSettings | None = None) -> AsyncIterator[Alerts]:
        alerts = self.make(settings or self.settings())
        await alerts.settle({one.id for one in self.conditions})
        task = asyncio.create_task(alerts.run())
        try:
            yield alerts
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def begin(self, kind: str, subject: str, words: str = "words", device: str | None = None, **data: Any) -> None:
        """Of a device, where the subject is one: n1, n2 …; again: an update, where the words are others."""
        of = device if device is not None else subject if subject.startswith("n") else ""
        self.conditions.begin(kind, subject, words, device=of, data=data)

    def end(self, kind: str, subject: str, words: str = "it is over", **data: Any) -> None:
        self.conditions.end(kind, subject, words, told_as="healed" if kind == "drift" else "", data=data)

    def end_unheard(self, kind: str, subject: str) -> None:
        """While no daemon runs."""
        self.bus.detach(self._hear)
        self.end(kind, subject)
        self.bus.attach(self._hear)

    def _hear(self, event: Event) -> None:
        if self.alerts is not None:
            self.alerts.hear(event)

    def _trouble(self, name: str, words: str) -> None:
        """As a condition of the daemon's: that it ends is heard only of one that holds."""
        if words or any(one == name and last for one, last in self.troubles[-1:]):
            self.troubles.append((name, words))

    @property
    def open(self) -> list[Alert]:
        assert self.alerts is not None
        return self.alerts.open
