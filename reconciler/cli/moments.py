"""Moments as people type them: ``2h`` (ago), ``03:00``, ``2026-11-21``, ``2026-11-21T03:00``."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import click

from reconciler.core.span import WHOLE, seconds


def typed(ctx: click.Context, param: click.Parameter, text: str | None) -> float | None:
    """An option's value in seconds since the epoch. Raises: click.BadParameter."""
    try:
        return None if text is None else moment(text, datetime.now().astimezone())
    except (ValueError, OverflowError, OSError):
        words = f"{text!r} is no moment: write it as 2h (ago), 03:00, 2026-11-21 or 2026-11-21T03:00"
        raise click.BadParameter(words, ctx, param) from None


def moment(text: str, now: datetime) -> float:
    """``now`` with its time zone. A time alone is the last one that has been. Raises: ValueError, OverflowError."""
    if WHOLE.fullmatch(text):
        return (now - timedelta(seconds=seconds(text))).timestamp()
    if ":" in text and "-" not in text:
        clock = datetime.combine(now.date(), time.fromisoformat(text)).astimezone()
        return (clock if clock <= now else clock - timedelta(days=1)).timestamp()
    if len(text) == len("2026-11-21"):
        return datetime.combine(date.fromisoformat(text), time()).astimezone().timestamp()
    return datetime.fromisoformat(text).astimezone().timestamp()
