"""A device made of a dictionary: it keeps state, speaks JSON, and can be told to fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.change import Change
from reconciler.core.codec import as_json, from_json
from reconciler.core.driver import Answer, Driver, Failure, Line, Reading, Script, Unreachable, Unreadable
from reconciler.core.resource import Key, Resource, state_of
from reconciler.engine.observe import Device
from reconciler.engine.reach import Barred
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.link import Link

NODE = """
apiVersion: reconciler/v1
kind: Node
metadata: {{name: {name}}}
spec:
  routes:
    - {{dst: 10.1.0.0/16, via: 10.0.0.1, dev: eth1}}
    - {{dst: 10.2.0.0/16, via: 10.0.0.1, dev: eth1}}
---
"""
"""Documents that want two routes of a device: ``NODE.format(name=…)``."""


class DictDriver:
    """The language of a `DictTransport`: one JSON document of all rows, one line a change."""

    kinds: Sequence[type[Resource]] = LinuxDriver.kinds
    questions: Sequence[str] = ("state",)

    unspeakable: str = ""
    """The name of a resource for which this language has no words."""

    def __init__(
        self,
        session: Mapping[Key, str] | None = None,
        unread: Mapping[str, str] | None = None,
        frozen: Mapping[Key, str] | None = None,
    ) -> None:
        self._session, self.unread, self.frozen = session or {}, unread or {}, frozen or {}

    def read(self, answers: Sequence[Answer]) -> Reading:
        try:
            rows = json.loads(answers[0].text)
        except ValueError as error:
            raise Unreadable(str(error)) from None
        found = state_of(from_json(row, self.kinds) for row in rows if row["kind"] not in self.unread)
        partial = {key: found.pop(key) for key in self.frozen if key in found}
        return Reading(found, self.unread, self._session, frozen=self.frozen, partial=partial)

    def write(self, changes: Sequence[Change], reading: Reading) -> Script:
        if any(change.key.name == self.unspeakable for change in changes):
            raise ValueError(f"no words for {self.unspeakable}")
        lines = [Line("dict", _spelled(change), change) for change in changes]
        made = tuple(line for line in lines if line.change.after is not None)
        return Script(made, tuple(line for line in lines if line.change.after is None))

    def saving(self, reading: Reading, owns: Callable[[Resource], bool]) -> Script | None:
        return SAVING


SAVING = Script((), ())
"""By identity: what makes a `DictTransport` remember its rows."""


def _spelled(change: Change) -> str:
    return json.dumps([list(change.key), as_json(change.after) if change.after else None])


CARD = {link.key: as_json(link) for link in (Link(ifname="eth1", mtu=1500, up=True),)}
"""What every device has from the start: one network card."""


@dataclass
class DictTransport:
    """``rows`` is the device's state; ``sent`` everything that it was told; ``refuses`` names it will not take.

    ``meanwhile``: what somebody else adds before the first script. ``half_saved``: the warning after saving.
    ``forgets`` names that it takes and does not keep; ``drops`` what falls with a name, ``grows`` what comes with it.
    """

    rows: dict[Key, dict[str, Any]] = field(default_factory=lambda: dict(CARD))
    down: str = ""
    garbled: bool = False
    refuses: frozenset[str] = frozenset()
    forgets: frozenset[str] = frozenset()
    drops: dict[str, list[Key]] = field(default_factory=dict)
    grows: dict[str, dict[str, Any]] = field(default_factory=dict)
    unsaveable: str = ""
    half_saved: str = ""
    meanwhile: Resource | None = None
    sent: list[str] = field(default_factory=list)
    saved: int = 0
    reads: int = 0

    @classmethod
    def having(cls, *resources: Resource, **options: Any) -> DictTransport:
        return cls(CARD | {row.key: as_json(row) for row in resources}, **options)

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        self.reads += 1
        if self.down:
            raise Unreachable(self.down)
        text = json.dumps(list(self.rows.values()))
        return [Answer(text[: len(text) // 2] if self.garbled else text)]

    async def apply(self, script: Script) -> Sequence[Failure]:
        if script is SAVING:
            return self._save()
        if self.meanwhile is not None:
            self.rows[self.meanwhile.key], self.meanwhile = as_json(self.meanwhile), None
            return [Failure(None, "somebody else was faster", "stale")]
        failures = self._take(script.makes)
        return failures or self._take(script.breaks)

    def _save(self) -> list[Failure]:
        if self.unsaveable:
            raise Unreachable(self.unsaveable)
        self.saved += 1
        return [Failure(None, self.half_saved, "warning")] if self.half_saved else []

    def _take(self, lines: Sequence[Line]) -> list[Failure]:
        failures = []
        for line in lines:
            self.sent.append(line.text)
            (kind, name), row = json.loads(line.text)
            if name in self.refuses:
                failures.append(Failure(line, "refused"))
            elif name not in self.forgets:
                self._keep(Key(kind, name), row)
        return failures

    def _keep(self, key: Key, row: dict[str, Any] | None) -> None:
        if row is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = row
        for fallen in self.drops.pop(key.name, []):
            self.rows.pop(fallen, None)
        if grown := self.grows.pop(key.name, None):
            self.rows[from_json(grown, LinuxDriver.kinds).key] = grown

    async def close(self) -> None:
        return None


def device(name: str, transport: DictTransport, driver: DictDriver | None = None, *, audit: bool = False) -> Device:
    return Device(name, "linux", driver or DictDriver(), transport, audit)


def unreached(driver: Driver, platform: str = "linux") -> Device:
    """For plans that need no way to it."""
    return Device("unreached", platform, driver, Barred("planned from what was seen"))
