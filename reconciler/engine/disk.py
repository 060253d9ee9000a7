"""What waits for a disk waits in a thread of its own: if the disk hangs, nothing else does, nor does our end."""

from __future__ import annotations

import errno
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from reconciler.engine import keep

T = TypeVar("T")
P = ParamSpec("P")
Job = Callable[[], None]
HANGING = "the disk does not answer"
PATIENCE = 1.0
"""Seconds in which a small file is written, or its disk hangs."""


class OneThread(Executor):
    """Jobs, one after the other. Unlike that of a ThreadPoolExecutor, the thread is not waited for when Python ends."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        self._jobs.put(partial(_carry_out, future, partial(fn, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What was submitted is still carried out; nobody waits for it."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class Files:
    """Small JSON files, written as by `engine.keep` before one goes on, unless the disk hangs."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._thread: OneThread | None = None
        self._last: Future[None] | None = None

    def write(self, path: Path, document: dict[str, Any]) -> None:
        """Raises: OSError, also where the disk hangs, and at once as long as it does; the file may be written later."""
        if self._last is None or self._last.done():
            self._thread = self._thread or OneThread("small files")
            self._last = self._thread.submit(keep.write, path, dict(document))
            try:
                return self._last.result(self._patience)
            except TimeoutError:
                pass
        raise OSError(errno.ETIMEDOUT, HANGING)


def _carry_out(future: Future[T], work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
