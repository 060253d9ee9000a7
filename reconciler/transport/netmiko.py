"""A switch behind SSH: one kept-open netmiko session, used by one thread at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from reconciler.core.driver import Answer, Failure, Script
from reconciler.switch.dialogue import Dialogue, Talk
from reconciler.transport.backoff import Backoff
from reconciler.transport.netmiko_commit import SwitchCommit
from reconciler.transport.netmiko_job import Job
from reconciler.transport.netmiko_talker import Dial, Leaving, Talker
from reconciler.transport.netmiko_terminal import Settings
from reconciler.transport.this_run import UnderWay, next_number, this_run

__all__ = ["NetmikoTransport", "Settings"]


T = TypeVar("T")


class NetmikoTransport:
    """`core.driver.Transport` for terminals. Every failure is `Unreachable`, with the host and the reason.

    A connection that broke is opened again by the next use; what was half said is never said again. Who is cancelled
    is free at once; the next use, and `close`, wait until the thread has left the switch as it was, or has committed.
    """

    def __init__(
        self,
        settings: Settings,
        dial: Dial | None = None,
        threads: ThreadPoolExecutor | None = None,
        greeting: Dialogue | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        """``dial``: how to get there through a jump host. ``threads``: shared with other switches, each of which is in
        one at a time. ``greeting``: what is said first on a connection that is to be asked something. ``backoff``: when
        a switch that could not be reached is tried again; None: whoever uses this sees to that."""
        place = f"{settings.host}:{settings.port}"
        self._run, self._under_way = this_run(place), UnderWay(place)
        calm = backoff or Backoff(first=0.0, longest=0.0)
        self._talker = Talker(settings, dial, greeting, calm, self._run)
        self._threads = threads or ThreadPoolExecutor(1)
        self._owns_threads = threads is None
        self._busy: Future[object] | None = None

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        return await self._in_thread(lambda job: [self._talker.answer(question, job) for question in questions])

    async def apply(self, script: Script) -> Sequence[Failure]:
        """Raises: Unreachable; then it is not known how much of the script has been carried out."""
        if not isinstance(script, Dialogue):
            raise TypeError(f"a terminal takes dialogues, not {type(script).__name__}")
        number = next_number()
        return await self._carry(script.talk(self._run, number), lambda: script.leave(self._run, number))

    def transaction(self, number: int, seconds: int) -> SwitchCommit:
        """``seconds``: the commit timer of it, begun when the switch commits."""
        return SwitchCommit(self._carry, self._run, number, seconds, self._under_way)

    async def close(self) -> None:
        try:
            await self._in_thread(lambda job: self._talker.drop())
        finally:
            if self._owns_threads:
                self._threads.shutdown(wait=False)

    async def _carry(self, talk: Talk, leaving: Leaving, *, now: bool = False) -> Sequence[Failure]:
        """``now``: also where the switch was to be left alone for a while. Raises: Unreachable."""
        if now:
            self._talker.hurry()
        return await self._in_thread(lambda job: self._talker.converse(talk, leaving, job), self._talker.grace)

    async def _in_thread(self, work: Callable[[Job], T], grace: float = 0.0) -> T:
        """One after the other: work that nobody waits for any more is finished first."""
        job, self._talker.loop = Job(grace), asyncio.get_running_loop()
        try:
            while self._busy is not None and not self._busy.done():
                with suppress(Exception):
                    await asyncio.shield(asyncio.wrap_future(self._busy))
            future = self._threads.submit(work, job)
            self._busy = future  # type: ignore[assignment]  # only waited for
            return await asyncio.wrap_future(future)
        finally:
            job.give_up()
