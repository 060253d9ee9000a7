"""What has to run as long as the daemon does: if some of it ends by a mistake of ours, the daemon ends and says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from reconciler.report.event import Event
from reconciler.report.mistake import mistake

Work = Coroutine[Any, Any, None]
Start = Callable[[Work, str], asyncio.Task[None]]
"""Has a coroutine run from now on, under a name for people."""


class Mistaken(Exception):
    """The daemon cannot go on by itself; whoever has started it (systemd) starts it anew."""


def unsupervised(work: Work, name: str) -> asyncio.Task[None]:
    """For who looks after it himself."""
    return asyncio.create_task(work, name=name)


@dataclass
class Supervisor:
    """``ended``: somebody has asked the daemon to end, or something has ended that must not; then ``why`` says what."""

    tell: Callable[[Event], None]
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""

    def start(self, work: Work, name: str) -> asyncio.Task[None]:
        """See `Start`."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self.why = self.why or f"{task.get_name()}: {mistake(error)}"
            self.ended.set()
            self.tell(Event("mistake", f"{task.get_name()}: {mistake(error)}", level="error"))
