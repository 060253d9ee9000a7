"""An event loop in which nobody waits: when nothing is left to do, time jumps to the next timer."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    """Looks at files, and instead of waiting for a timer moves the clock. Threads are really waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0.0)
        if found or timeout == 0:
            return found
        while self.threads and not found:
            found = super().select(0.01)
        if not found and timeout is not None:
            self.now += timeout
        return found if timeout is not None else found or super().select(1.0)


class FastLoop(asyncio.SelectorEventLoop):
    """``time()`` is not that of a clock; nothing here may wait for another process."""

    def __init__(self) -> None:
        self.selector = _Selector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        self.selector.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: object) -> None:
        self.selector.threads -= 1


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end, in no time."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(work)


def now() -> float:
    """Seconds since the epoch, for who asks for the wall clock."""
    return 1_795_000_000.0 + asyncio.get_running_loop().time()


Rows = Mapping[str, Any]
