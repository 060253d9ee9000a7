"""Runs what blocks in a thread that nobody has to wait for: not when it hangs, and not when the daemon ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T], patience: float) -> T:
    """What ``work`` returns. Raises: TimeoutError after ``patience`` seconds; what ``work`` raises.

    A pool's threads are waited for at the interpreter's end (concurrent.futures), a daemon thread is not.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def carried_out() -> None:
        try:
            found = work()
        except BaseException as error:
            _tell(loop, done, error)
        else:
            _tell(loop, done, None, found)

    threading.Thread(target=carried_out, name="alerts", daemon=True).start()
    async with asyncio.timeout(patience):
        return await done


def _tell(loop: asyncio.AbstractEventLoop, done: asyncio.Future[T], error: BaseException | None, *found: T) -> None:
    def settle() -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(*found)

    with suppress(RuntimeError):  # the loop is closed: nobody is there any more
        loop.call_soon_threadsafe(settle)
