"""A node in a transaction: armed with its own undo and a timer, then confirmed or led back."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from reconciler.core.commit import nothing
from reconciler.core.driver import Answer, Failure, Script, Unreachable
from reconciler.core.failpoint import failpoint
from reconciler.switch.dialogue import Run
from reconciler.transport.carrying import Ask, Carrier
from reconciler.transport.undo import GONE, LEFT, LEFTOVERS, RUNNING, UNTOUCHED, Undo, at, back

PATIENCE = 60.0
"""Seconds that an undo may take before we only say that it is under way."""


@dataclass
class ArmedNode:
    """`core.commit.ConfirmedCommit`. ``knock``: a connection of its own, made and closed. Raises: Unreachable."""

    ask: Ask
    knock: Callable[[], Awaitable[None]]
    undo: Undo
    _back: Script = field(default_factory=Script)
    _armed: bool = False
    _where: str = ""

    def __post_init__(self) -> None:
        self._where = self.undo.where

    async def arm(self, undo: Script) -> Sequence[Failure]:
        self._back = undo
        failpoint("before node armed")
        (answer,) = await self.ask([self.undo.arm(undo)])
        failpoint("node armed")
        self._armed = answer.status == 0
        if self._armed and LEFT.fullmatch(folder := answer.text.strip()):
            self._where = at(folder)
        return [] if self._armed else [Failure(None, f"cannot be armed: {_words(answer)}")]

    async def apply(self, script: Script, took: Callable[[], None] = nothing) -> Sequence[Failure]:
        failures = await Carrier(self.ask, self.undo.hold(self._where)).carry_out(script)
        took()
        return failures

    async def reach(self) -> None:
        await self.knock()
        failpoint("node reached")

    async def confirm(self, left: Script | None = None) -> Sequence[Failure]:
        failpoint("before node confirmed")
        said = self.undo.confirm(self._where) if left is None else self.undo.confirm_but(self._where, left)
        (answer,) = await self.ask([said])
        self._back = self._back if left is None or answer.status else left
        failpoint("node confirmed")
        return [Failure(None, _words(answer))] if answer.status else []

    async def roll_back(self) -> Sequence[Failure]:
        """Over a new connection, if the one that was used has broken meanwhile. Idempotent."""
        failpoint("before node led back")
        try:
            answer = await led_back(self.ask, self._where)
        except Unreachable:
            answer = await led_back(self.ask, self._where)
        failpoint("node led back")
        match answer.status:
            case 0:
                return self._refused(answer)
            case status if status not in (GONE, UNTOUCHED):
                return [Failure(None, f"its undo is not over: {_words(answer)}")]
            case status if status == GONE and self._armed:
                gone = "it had taken everything back by itself already, or was started anew"
                return [Failure(None, gone, nature="warning")]
        return []

    def _refused(self, answer: Answer) -> Sequence[Failure]:
        try:
            return list(self.undo.failures(self._back, answer))
        except ValueError:
            return [Failure(None, "its undo has ended early")]


async def led_back(ask: Ask, where: str) -> Answer:
    """What the way back said, once it is over, or for ``PATIENCE`` was not. Raises: Unreachable."""
    until = time.monotonic() + PATIENCE
    while True:
        (answer,) = await ask([back(where)])
        if answer.status != RUNNING or time.monotonic() > until:
            return answer


async def tidy(ask: Ask, run: Run) -> Sequence[str]:
    """Take back what dead runs have left armed, at once; the names. Those of others are never touched.

    Raises: Unreachable.
    """
    (answer,) = await ask([LEFTOVERS])
    failpoint("leftovers listed")
    found = filter(None, map(LEFT.fullmatch, answer.text.splitlines()))
    left = [(one[0], one[1]) for one in found if one[2] != run.name and run.is_over(one[2])]
    return [name for folder, name in left if (await led_back(ask, at(folder))).status in (0, GONE, UNTOUCHED)]


def _words(answer: Answer) -> str:
    return " ".join(answer.error.split()) or f"exit status {answer.status}"
