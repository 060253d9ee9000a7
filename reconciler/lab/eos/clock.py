"""The switch's clock: seconds since the epoch that never jump, whoever sets the time of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
_EPOCH = time.time() - time.monotonic()


def now() -> float:
    """Seconds since the epoch."""
    return _EPOCH + time.monotonic()


def stamp(seconds: float) -> str:
    """``2026-11-21 15:20:41``, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def dated(seconds: float) -> str:
    """``Sat Nov 21 15:20:41 2026``, in UTC."""
    return time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime(seconds))
