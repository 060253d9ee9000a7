"""Where text goes: how wide and how high it is, and whether it takes colours."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Screen:
    """``width`` in columns, ``None``: nowhere to fold. ``verbose``: whoever reads it wants more.

    ``height`` in lines, ``None``: whatever there is to say.
    """

    width: int | None = None
    color: bool = False
    verbose: bool = False
    height: int | None = None

    def without(self, lines: int) -> Screen:
        """What is left of it where so many lines are taken; whoever wants more scrolls."""
        height = None if self.height is None or self.verbose else max(self.height - lines, 1)
        return replace(self, height=height)


PIPE = Screen()
"""A program, or a file: no line is folded, and nothing is coloured."""
