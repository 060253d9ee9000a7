"""Spans of time as people write them: ``90s``, ``5m``, ``2h``, ``1d``, ``1h30m``."""

from __future__ import annotations

import re

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
WHOLE = re.compile(rf"(?:{PART.pattern})+")
LONGEST = 366 * UNITS["d"]


def seconds(text: str) -> float:
    """The span in seconds. Raises: ValueError for what is no span, for none at all, and for more than a year."""
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no span of time")
    total = sum(float(number) * UNITS[unit] for number, unit in PART.findall(text))
    if not 0 < total <= LONGEST:
        raise ValueError(f"{text!r} is not between 1ms and 366d")
    return total


def words(span: float) -> str:
    """``1h30m`` for 5400: the shortest text that ``seconds`` takes back, in whole seconds from one second on."""
    if span < 1:
        return f"{round(span * 1000)}ms"
    left, said = round(span), ""
    for unit in ("d", "h", "m", "s"):
        count, left = divmod(left, int(UNITS[unit]))
        said += f"{count}{unit}" if count else ""
    return said
