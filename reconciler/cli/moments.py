"""Moments as people type them: ``2h`` (ago), ``03:00``, ``2026-11-21``, ``2026-11-21T03:00``."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from reconciler.core.span import PART, seconds

if TYPE_CHECKING:
    Type = click.ParamType[float]
else:
    Type = click.ParamType  # generic to type checkers, and not in every release of click


class Moment(Type):
    """Seconds since the epoch; without a time zone by that of this machine."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return moment(value, datetime.now().astimezone())
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{value!r} is no moment: write it as 2h (ago), 03:00, 2026-11-21 or 2026-11-21T03:00", param, ctx
            )


def moment(text: str, now: datetime) -> float:
    """``now`` with its time zone. A time alone is the last one that has been. Raises: ValueError, OverflowError."""
    if PART.match(text):
        try:
            return (now - timedelta(seconds=seconds(text))).timestamp()
        except ValueError:
            if "-" not in text and ":" not in text:
                raise
    if ":" in text and "-" not in text:
        clock = datetime.combine(now.date(), time.fromisoformat(text)).astimezone()
        return (clock if clock <= now else clock - timedelta(days=1)).timestamp()
    if len(text) == len("2026-11-21"):
        return datetime.combine(date.fromisoformat(text), time()).astimezone().timestamp()
    return datetime.fromisoformat(text).astimezone().timestamp()
