"""A switch behind SSH: one kept-open netmiko session, in a thread of its own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from reconciler.core.driver import Answer, Failure, Script, Unreachable
from reconciler.switch.dialogue import Dialogue, Say, Talk
from reconciler.transport.netmiko_terminal import Broken, Settings, Terminal

__all__ = ["NetmikoTransport", "Settings"]

SAVE = Say("write memory", slow=True)
SLOW = 4
"""A commit or a save may take so many times as long as any other command."""

T = TypeVar("T")


class NetmikoTransport:
    """`core.driver.Transport` for terminals. Every failure is `Unreachable`, with the host and the reason.

    A connection that broke is opened again by the next use; what was half said is never said again.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=f"switch-{settings.host}")
        self._terminal: Terminal | None = None
        self._run = secrets.token_hex(3)
        self._attempts = 0

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        return await self._in_worker(lambda: [self._answer(question) for question in questions])

    async def apply(self, script: Script) -> Sequence[Failure]:
        """Raises: Unreachable; then it is not known how much of the script has been carried out."""
        if not isinstance(script, Dialogue):
            raise TypeError(f"a terminal takes dialogues, not {type(script).__name__}")
        return await self._in_worker(lambda: self._converse(script))

    async def save(self) -> None:
        """Raises: Unreachable, with the switch's own words where it refuses."""
        answer = await self._in_worker(lambda: self._say(SAVE))
        if answer.startswith("%"):
            raise self._unreachable(f"{SAVE.text!r} was refused: {answer.strip()}")

    async def close(self) -> None:
        await self._in_worker(self._drop)
        self._worker.shutdown(wait=False)

    async def _in_worker(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _converse(self, script: Dialogue) -> Sequence[Failure]:
        self._attempts += 1
        try:
            return self._follow(script.talk(self._run, self._attempts))
        except Exception:
            self._clear_up(script.abandon(self._run, self._attempts))
            raise

    def _follow(self, talk: Talk) -> Sequence[Failure]:
        try:
            say = next(talk)
            while True:
                say = talk.send(self._say(say))
        except StopIteration as end:
            failures: Sequence[Failure] = end.value
            return failures

    def _clear_up(self, say: Say) -> None:
        """Once, on a new connection: a switch that stays away is cleared up by the next script."""
        self._drop()
        try:
            self._say(say)
        except Unreachable:
            return

    def _answer(self, question: str) -> Answer:
        text = self._say(Say(question))
        return Answer(text, client=self._terminal.client if self._terminal else "")

    def _say(self, say: Say) -> str:
        patience = self._settings.command_timeout * (SLOW if say.slow else 1)
        try:
            return self._opened().ask(say.text, patience)
        except Broken as broken:
            self._drop()
            raise self._unreachable(str(broken)) from None

    def _opened(self) -> Terminal:
        if self._terminal is not None and not self._terminal.is_open:
            self._drop()
        if self._terminal is None:
            self._terminal = Terminal.open(self._settings)
        return self._terminal

    def _drop(self) -> None:
        terminal, self._terminal = self._terminal, None
        if terminal is not None:
            terminal.close()

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"{self._settings.host}: {reason}")
