"""Where text goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """``width`` in columns, ``None``: nowhere to fold. ``verbose``: whoever reads it wants more."""

    width: int | None = None
    color: bool = False
    verbose: bool = False
