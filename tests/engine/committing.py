"""Devices made of dictionaries that can be armed: they take back by themselves, and break at any step on request."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.core.codec import as_json
from reconciler.core.commit import nothing
from reconciler.core.driver import Answer, Failure, Script, Unreachable
from reconciler.core.resource import Key, Resource
from tests.engine.fakes import CARD, SAVING, DictTransport

Sort = Literal["refused", "stale", "unreachable", "lost", "hangs"]
FAR = 1e6


@dataclass
class Trouble:
    """At the step ``at`` (arm, apply, reach, confirm, roll_back, look), after it went well ``later`` times.

    ``lost``: it is carried out, and nobody hears of it. ``away``: seconds for which the device is silent from then on.
    """

    at: str
    sort: Sort
    away: float = 0.0
    later: int = 0

    def strikes(self, step: str) -> bool:
        if step != self.at:
            return False
        self.later -= 1
        return self.later == -1


@dataclass
class CommitTransport(DictTransport):
    """``armed``: transactions that wait. ``log``: every step of every device that shares it, as (name, step).

    ``hears``: whether an address answers a ping from here.
    """

    name: str = ""
    trouble: Trouble | None = None
    log: list[tuple[str, str]] = field(default_factory=list)
    armed: dict[int, DictCommit] = field(default_factory=dict)
    hears: Callable[[str], bool] = lambda address: True
    came_back: int = 0

    @classmethod
    def of(cls, name: str, *resources: Resource, **options: Any) -> CommitTransport:
        return cls(CARD | {row.key: as_json(row) for row in resources}, name=name, **options)

    def transaction(self, number: int, seconds: int) -> DictCommit:
        return DictCommit(self, number, seconds)

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        if "ping" in questions[0]:
            self._say("ping")
            asked = questions[0].partition(" in ")[2].partition(";")[0].split()
            return [Answer("\n".join(filter(self.hears, asked)))]
        await self.step("look", list)
        return await super().query(questions)

    async def apply(self, script: Script) -> Sequence[Failure]:
        self._say("save" if script is SAVING else "alone")
        return await super().apply(script)

    async def step(self, name: str, do: Callable[[], Sequence[Any]]) -> Sequence[Any]:
        """Carry it out, or have the trouble that was asked for. Raises: Unreachable."""
        self._say(name)
        trouble = self.trouble
        if trouble is None or not trouble.strikes(name):
            return do()
        if trouble.away:
            self._leave(trouble.away)
        if trouble.sort == "hangs":
            await asyncio.sleep(FAR)
        if trouble.sort == "refused" and name != "look":
            return [Failure(None, "refused")]
        if trouble.sort == "stale" and name != "look":
            return [Failure(None, "somebody else was faster", "stale")]
        if trouble.sort == "lost":
            do()
        raise Unreachable(f"{self.name}: no answer")

    def _say(self, step: str) -> None:
        self.log.append((self.name, step))
        if self.down:
            raise Unreachable(self.down)

    def _leave(self, seconds: float) -> None:
        self.down = f"{self.name}: no route to host"
        if not math.isinf(seconds):
            asyncio.get_running_loop().call_later(seconds, self._return)

    def _return(self) -> None:
        self.down = ""


@dataclass
class DictCommit:
    """`core.commit.ConfirmedCommit`: the undo, and a timer of the device's own."""

    transport: CommitTransport
    number: int
    seconds: int
    _undo: Script = field(default_factory=Script)
    _timer: asyncio.TimerHandle | None = None

    async def arm(self, undo: Script) -> Sequence[Failure]:
        def begin() -> Sequence[Failure]:
            self._undo = undo
            self._timer = asyncio.get_running_loop().call_later(self.seconds, self._come_back)
            self.transport.armed[self.number] = self
            return []

        return await self.transport.step("arm", begin)

    async def apply(self, script: Script, took: Callable[[], None] = nothing) -> Sequence[Failure]:
        def take() -> Sequence[Failure]:
            if self.number not in self.transport.armed:
                return [Failure(None, "nothing is armed on it any more")]
            if any((line.change.key in self.transport.rows) is (line.change.before is None) for line in script.lines):
                return [Failure(None, "not sent: something has come or gone since it was read", "stale")]
            failures = self.transport._take(script.makes)
            return failures or self.transport._take(script.breaks)

        meanwhile = self.transport.meanwhile
        if meanwhile is not None:
            self.transport.rows[meanwhile.key], self.transport.meanwhile = as_json(meanwhile), None
            return [Failure(None, "somebody else was faster", "stale")]
        failures = await self.transport.step("apply", take)
        took()
        return failures

    async def reach(self) -> None:
        await self.transport.step("reach", list)

    async def confirm(self, left: Script | None = None) -> Sequence[Failure]:
        return await self.transport.step("confirm", lambda: self._confirmed(left))

    async def roll_back(self) -> Sequence[Failure]:
        return await self.transport.step("roll_back", self._rolled_back)

    def _confirmed(self, left: Script | None) -> Sequence[Failure]:
        if self.number not in self.transport.armed:
            return [Failure(None, "not confirmed: it has been taken back already")]
        if left is None:
            self._end()
        else:
            self._undo = left
        return []

    def _end(self) -> None:
        """Nothing of it is left."""
        if self._timer is not None:
            self._timer.cancel()
        self.transport.armed.pop(self.number, None)

    def _rolled_back(self) -> Sequence[Failure]:
        if self.number not in self.transport.armed:
            return [Failure(None, "it had taken everything back by itself already", "warning")] if self._timer else []
        self._come_back()
        return []

    def _come_back(self) -> None:
        """What may not be touched any more for us may be led back all the same."""
        transport = self.transport
        self._end()
        transport.came_back += 1
        refuses, transport.refuses = transport.refuses, frozenset()
        forgets, transport.forgets = transport.forgets, frozenset()
        transport._take(self._undo.makes)
        transport._take(self._undo.breaks)
        transport.refuses, transport.forgets = refuses, forgets


def rows(transport: DictTransport) -> dict[Key, Any]:
    """What it has, for comparing."""
    return {
        key: {name: value for name, value in row.items() if value is not None} for key, row in transport.rows.items()
    }
