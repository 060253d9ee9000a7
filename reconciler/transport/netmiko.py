"""A switch behind SSH: one kept-open netmiko session, in a thread of its own."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from reconciler.core.driver import Answer, Failure, Script, Unreachable
from reconciler.core.words import printable
from reconciler.switch.dialogue import Dialogue, Say, Talk
from reconciler.transport.netmiko_job import GivenUp, Job
from reconciler.transport.netmiko_terminal import Broken, Settings, Terminal, Until

__all__ = ["NetmikoTransport", "Settings"]

SAVE = Say("write memory", slow=True, final=True)
SLOW = 4
"""A commit or a save may take so many times as long as any other command."""
GRACE = 5.0
"""Seconds for the answer under way when a script is interrupted, and again for leaving the switch as it was."""

T = TypeVar("T")
Dial = Callable[[], Coroutine[None, None, socket.socket]]
"""Makes a connected socket. Raises: Unreachable."""


class NetmikoTransport:
    """`core.driver.Transport` for terminals. Every failure is `Unreachable`, with the host and the reason.

    A connection that broke is opened again by the next use; what was half said is never said again. Whoever is
    cancelled is free at once; `close` waits until the thread has left the switch as it was, or finished a commit.
    """

    def __init__(self, settings: Settings, dial: Dial | None = None) -> None:
        """``dial``: how to get there through a jump host."""
        self._settings = settings
        self._dial = dial
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=f"switch-{settings.host}")
        self._terminal: Terminal | None = None
        self._run = secrets.token_hex(3)
        self._attempts = 0

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        return await self._in_worker(lambda job: [self._answer(question, job) for question in questions])

    async def apply(self, script: Script) -> Sequence[Failure]:
        """Raises: Unreachable; then it is not known how much of the script has been carried out."""
        if not isinstance(script, Dialogue):
            raise TypeError(f"a terminal takes dialogues, not {type(script).__name__}")
        return await self._in_worker(lambda job: self._converse(script, job), self._grace)

    async def save(self) -> None:
        """Raises: Unreachable, with the switch's own words where it refuses."""
        answer = await self._in_worker(lambda job: self._say(SAVE, job))
        if answer.startswith("%"):
            raise self._unreachable(f"{SAVE.text!r} was refused: {answer}")

    async def close(self) -> None:
        try:
            await self._in_worker(lambda job: self._drop())
        finally:
            self._worker.shutdown(wait=False)

    @property
    def _grace(self) -> float:
        return min(GRACE, self._settings.command_timeout)

    async def _in_worker(self, work: Callable[[Job], T], grace: float = 0.0) -> T:
        job, self._loop = Job(grace), asyncio.get_running_loop()
        try:
            return await self._loop.run_in_executor(self._worker, work, job)
        finally:
            job.give_up()

    def _converse(self, script: Dialogue, job: Job) -> Sequence[Failure]:
        self._attempts += 1
        try:
            failures = self._follow(script.talk(self._run, self._attempts), job)
        except GivenUp:
            if job.typed:
                self._leave(script.leave(self._run, self._attempts))
            raise
        except Exception:
            if job.typed and not job.given_up:
                self._clear_up(script.abandon(self._run, self._attempts), job)
            raise
        return [Failure(failure.line, _one_line(failure.reason)) for failure in failures]

    def _follow(self, talk: Talk, job: Job) -> Sequence[Failure]:
        try:
            say = next(talk)
            while True:
                say = talk.send(self._say(say, job))
        except StopIteration as end:
            failures: Sequence[Failure] = end.value
            return failures

    def _leave(self, says: Sequence[Say]) -> None:
        """On the terminal of the script, in bounded time."""
        end = time.monotonic() + self._grace
        self._tidy(says, self._grace, lambda: end)

    def _answer(self, question: str, job: Job) -> Answer:
        text = self._say(Say(question), job)
        return Answer(text, client=self._terminal.client if self._terminal else "")

    def _clear_up(self, say: Say, job: Job) -> None:
        """On a new connection."""
        self._drop()
        self._tidy([say], self._settings.command_timeout, job.until)

    def _tidy(self, says: Sequence[Say], patience: float, until: Until) -> None:
        """Once: what stays all the same is cleared up by the next script."""
        try:
            for say in says:
                self._opened().ask(say.text, patience, until)
        except Broken:
            self._drop()

    def _say(self, say: Say, job: Job) -> str:
        """Raises: Unreachable; GivenUp before anything is typed that nobody waits for."""
        patience = self._settings.command_timeout * (SLOW if say.slow else 1)
        try:
            self._make_ready(job)
            job.check()
            job.typed = True
            return self._opened().ask(say.text, patience, None if say.final else job.until)
        except Broken as broken:
            self._drop()
            raise self._unreachable(str(broken)) from None

    def _make_ready(self, job: Job) -> None:
        """A terminal that was closed meanwhile is opened again, but never in the middle: the rest belongs to it."""
        if job.typed:
            return
        job.check()
        if self._terminal is not None and not self._terminal.answers(self._settings.connect_timeout, job.until):
            self._drop()
            job.check()
        self._opened()

    def _opened(self) -> Terminal:
        if self._terminal is None:
            self._terminal = Terminal.open(self._settings, self._way())
        return self._terminal

    def _way(self) -> socket.socket | None:
        """The jump host's connection lives in the event loop, which the thread asks for a socket."""
        if self._dial is None or self._loop is None:
            return None
        try:
            return asyncio.run_coroutine_threadsafe(self._dial(), self._loop).result(2 * self._settings.connect_timeout)
        except (Unreachable, TimeoutError) as error:
            raise Broken(str(error) or "no way through the jump host") from None

    def _drop(self) -> None:
        terminal, self._terminal = self._terminal, None
        if terminal is not None:
            terminal.close()

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"{self._settings.host}: {_one_line(reason)}")


def _one_line(text: str) -> str:
    """A switch's words may hold anything; they are printed on somebody's terminal."""
    return printable(" ".join(text.split()))
