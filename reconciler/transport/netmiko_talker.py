"""The half of a switch's transport that runs in a thread: it types what is said, and opens what broke again."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine, Sequence

from reconciler.core.driver import Answer, Failure, Unreachable
from reconciler.core.failpoint import failpoint
from reconciler.core.words import printable
from reconciler.switch.dialogue import Dialogue, Lost, NotOpened, Run, Say, Talk
from reconciler.transport.backoff import Backoff
from reconciler.transport.netmiko_job import GivenUp, Job
from reconciler.transport.netmiko_terminal import Broken, Settings, Terminal

SLOW = 4
"""A commit or a save may take so many times as long as any other command."""
GRACE = 5.0
"""Seconds for the answer under way when a script is interrupted, and again for leaving the switch as it was."""
TRIES = 3
"""So often a second connection is tried; the way to a switch may be away for a moment after a change."""

Dial = Callable[[], Coroutine[None, None, socket.socket]]
"""Makes a connected socket. Raises: Unreachable."""
Leaving = Callable[[], Sequence[Say]]
"""What is to be said where a talk ends in the middle."""


class Talker:
    """One terminal, used by one thread at a time; ``loop``: where the jump host's connection lives."""

    def __init__(
        self, settings: Settings, dial: Dial | None, greeting: Dialogue | None, backoff: Backoff, run: Run
    ) -> None:
        self._settings = settings
        self._dial = dial
        self._greeting = greeting
        self._backoff = backoff
        self._run = run
        self._terminal: Terminal | None = None
        self._greeted: dict[str, str] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    @property
    def grace(self) -> float:
        return min(GRACE, self._settings.command_timeout)

    def converse(self, talk: Talk, leaving: Leaving, job: Job) -> Sequence[Failure]:
        """Raises: Unreachable; GivenUp."""
        try:
            failures = self._follow(talk, job)
        except GivenUp:
            if job.typed:
                self._leave(leaving())
            raise
        except Lost as lost:
            raise self._unreachable(str(lost)) from None
        return [Failure(failure.line, _one_line(failure.reason), failure.nature) for failure in failures]

    def hurry(self) -> None:
        """A switch that could not be reached is tried at once."""
        self._backoff.succeeded()

    def _follow(self, talk: Talk, job: Job) -> Sequence[Failure]:
        """Say by say; a connection that broke is told to a talk that had begun: it may go on, on a new one."""
        try:
            say = next(talk)
            while True:
                try:
                    answer = self._say(say, job)
                except Lost as lost:
                    if not job.typed:
                        raise
                    say = talk.throw(lost)
                else:
                    failpoint("switch answered")
                    say = talk.send(answer)
        except StopIteration as end:
            failures: Sequence[Failure] = end.value
            return failures

    def _leave(self, says: Sequence[Say]) -> None:
        """On the terminal of the script, once, in bounded time; what stays all the same the next run clears up."""
        end, terminal = time.monotonic() + self.grace, self._terminal
        try:
            for say in says:
                if terminal is not None:
                    terminal.ask(say.text, self.grace, lambda: end)
        except Broken:
            self.drop()

    def answer(self, question: str, job: Job) -> Answer:
        """Raises: Unreachable; GivenUp."""
        try:
            greeting = self._greet(job)
            text = self._say(Say(question), job)
        except Lost as lost:
            raise self._unreachable(str(lost)) from None
        return Answer(text, client=self._terminal.client if self._terminal else "", greeting=greeting)

    def _greet(self, job: Job) -> dict[str, str]:
        """What the switch said when this connection was new."""
        self._make_ready(job)
        if self._greeted is None:
            greeted: dict[str, str] = {}
            if self._greeting is not None:
                self._follow(_noted(self._greeting.talk(self._run, 0), greeted), job)
            self._greeted = greeted
        return self._greeted

    def _say(self, say: Say, job: Job) -> str:
        """Raises: Lost, NotOpened; GivenUp before anything is typed that nobody waits for."""
        patience = self._settings.command_timeout * (SLOW if say.slow else 1)
        self._make_ready(job)
        job.wait(say.pause)
        if say.fresh:
            self._renew(job)
        job.typed = True
        try:
            return self._opened().ask(say.text, patience, None if say.final else job.until)
        except Broken as broken:
            self.drop()
            raise Lost(str(broken)) from None

    def _renew(self, job: Job) -> None:
        """A second connection takes the place of the first, which is closed only then. Raises: NotOpened; GivenUp."""
        for left in reversed(range(TRIES)):
            try:
                terminal = Terminal.open(self._settings, self._way())
            except Broken as broken:
                if not left:
                    raise NotOpened(str(broken)) from None
                job.wait(1.0)
            else:
                greeted = self._greeted
                self.drop()
                self._terminal, self._greeted = terminal, greeted
                failpoint("switch reached anew")
                return

    def _make_ready(self, job: Job) -> None:
        """A terminal that was closed meanwhile is opened again, but never in the middle: what follows belongs to it.

        Raises: Lost; GivenUp.
        """
        job.check()
        if job.typed and self._terminal is not None:
            return
        if self._terminal is not None and not self._terminal.answers(self._settings.connect_timeout, job.until):
            self.drop()
            job.check()
        try:
            self._opened()
        except Broken as broken:
            raise Lost(str(broken)) from None

    def _opened(self) -> Terminal:
        """Raises: Broken."""
        if self._terminal is None:
            if self._backoff.left:
                raise Broken(f"{self._backoff.reason}; tried again in {self._backoff.left:.0f} s")
            try:
                self._terminal = Terminal.open(self._settings, self._way())
            except Broken as broken:
                self._backoff.failed(str(broken))
                raise
            self._backoff.succeeded()
            failpoint("switch logged in")
        return self._terminal

    def _way(self) -> socket.socket | None:
        """The jump host's connection lives in the event loop, which the thread asks for a socket."""
        if self._dial is None or self.loop is None:
            return None
        try:
            return asyncio.run_coroutine_threadsafe(self._dial(), self.loop).result(2 * self._settings.connect_timeout)
        except (Unreachable, TimeoutError) as error:
            raise Broken(str(error) or "no way through the jump host") from None

    def drop(self) -> None:
        terminal, self._terminal = self._terminal, None
        self._greeted = None
        if terminal is not None:
            terminal.close()

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"{self._settings.host}: {_one_line(reason)}")


def _noted(talk: Talk, answers: dict[str, str]) -> Talk:
    """The same talk; what is answered is kept by question."""
    say = next(talk)
    try:
        while True:
            answers[say.text] = yield say
            say = talk.send(answers[say.text])
    except StopIteration as end:
        failures: Sequence[Failure] = end.value
        return failures


def _one_line(text: str) -> str:
    """A switch's words may hold anything; they are printed on somebody's terminal."""
    return printable(" ".join(text.split()))
