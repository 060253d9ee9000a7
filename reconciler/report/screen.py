"""Where text goes: how wide and how high it is, and whether it takes colours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """``width`` in columns, ``None``: nowhere to fold. ``verbose``: whoever reads it wants more.

    ``height`` in lines, ``None``: whatever there is to say.
    """

    width: int | None = None
    color: bool = False
    verbose: bool = False
    height: int | None = None


PIPE = Screen()
"""A program, or a file: no line is folded, and nothing is coloured."""
