"""Moments and spans as somebody who is called at night reads them."""

from __future__ import annotations

from datetime import datetime

from reconciler.core.span import words


def span(seconds: float) -> str:
    """``540ms``, ``45s``, ``12m``, ``3h5m``, ``2d4h``: as exact as it is long; what is over counts as nothing."""
    if (thousandths := round(seconds * 1000)) < 1000:
        return f"{max(thousandths, 0)}ms"
    coarse = next((unit for unit in (3600, 60) if seconds >= 24 * unit), 1)
    return words(max(round(seconds), 1) // coarse * coarse)


def age(seconds: float) -> str:
    """The same for what goes on: below a second nobody needs it."""
    return span(seconds) if seconds >= 1 else "0s"


def clock(at: float) -> str:
    """``2026-11-21 03:04:05``, by this machine's time zone; a time that no calendar has as it is."""
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return str(at)
