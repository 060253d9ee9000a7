"""Bounds of what is written with a unit: refused in the words that people write it in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import AfterValidator

from reconciler.desired.codes import Code
from reconciler.desired.documents.values import wrong

N = TypeVar("N", int, float)


def bounds(
    parse: Callable[[str], N], words: Callable[[N], str], ends: tuple[str, str], beyond: tuple[str, str]
) -> AfterValidator:
    """Refuses what is outside of ``ends``, which count as within. ``beyond``: what it is then: too "short", "long"."""
    least, most = map(parse, ends)

    def check(value: N) -> N:
        if not least <= value <= most:
            wrong(
                Code.OUT_OF_RANGE,
                f"{words(value)} is too {beyond[0] if value < least else beyond[1]}",
                f"use {ends[0]} to {ends[1]}",
            )
        return value

    return AfterValidator(check)
