"""The end of the process: threads that still wait for a disk, or for whatever else, hold it up for a moment only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from threading import Timer
from typing import Any

LEFT = 5.0
"""Seconds for threads that still read or write something after the end of all else: a disk may hang."""


def run(work: Coroutine[Any, Any, None]) -> None:
    """As `asyncio.run`, which waits for every thread, for ever; here the process ends then, with 1 if ``work`` failed.

    Raises: what ``work`` raises.
    """
    code = 1
    hurry = Timer(LEFT, lambda: os._exit(code))
    hurry.daemon = True

    async def carried_out() -> None:
        nonlocal code
        try:
            await work
            code = 0
        finally:
            hurry.start()

    try:
        asyncio.run(carried_out())
    finally:
        hurry.cancel()
