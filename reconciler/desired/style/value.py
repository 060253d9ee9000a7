"""What is to be written: values with the comments that stand beside and above them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class Spot(NamedTuple):
    """A place in a text: character, line and column, all from 0."""

    at: int
    line: int
    col: int


NOWHERE = Spot(0, 0, 0)
Shape = Literal["scalar", "literal", "list", "map"]


@dataclass(slots=True)
class Entry:
    """One key with its value, or one item of a list (``name`` and ``key`` empty).

    ``above``: whole lines before it, an empty one is a blank line. ``end``: the comment behind it, further lines below
    it; ``column``: where that comment stood (from 1; 0: nowhere yet). ``key`` is how ``name`` is written.
    """

    value: Value
    name: str = ""
    key: str = ""
    above: list[str] = field(default_factory=list)
    end: list[str] = field(default_factory=list)
    column: int = 0
    start: Spot = NOWHERE


@dataclass(slots=True)
class Value:
    """``text``: a scalar as it is written, or the text of a literal. ``foot``: comments behind the last entry.

    ``start`` and ``end`` (another ``at``): where it was read, ``braces``: between which ones.
    """

    shape: Shape
    text: str = ""
    entries: list[Entry] = field(default_factory=list)
    anchor: str = ""
    foot: list[str] = field(default_factory=list)
    start: Spot = NOWHERE
    end: int = 0
    braces: bool = False

    @property
    def is_open(self) -> bool:
        """A list or a mapping with something in it."""
        return bool(self.entries or self.foot)

    @property
    def height(self) -> int:
        """How many levels of lists and mappings there are, empty ones aside."""
        return 1 + max((entry.value.height for entry in self.entries), default=0) if self.is_open else 0

    @property
    def is_one_line(self) -> bool:
        """Whether nothing in it needs a line of its own."""
        inner = (not entry.above and not entry.end and entry.value.is_one_line for entry in self.entries)
        return self.shape != "literal" and not self.foot and all(inner)
