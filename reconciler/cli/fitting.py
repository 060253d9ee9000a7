"""Fit what there is to say on one screen: the most urgent of each section stays, the rest is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand or fall together. ``about``: of how many things they tell. ``way``: the last is what to type."""

    lines: tuple[str, ...]
    about: int = 1
    way: bool = False

    @property
    def shortened(self) -> Block:
        """One line less: not the first one, which says what it is, nor, as long as possible, what to type."""
        if self.way and len(self.lines) > 2:
            return replace(self, lines=(*self.lines[:-2], self.lines[-1]))
        return replace(self, lines=self.lines[:-1], way=False)


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks, the most urgent first. ``noun``: what one of them is about; without it nobody misses what is left out.

    ``whole``: none may be left out. ``spare``: all may be, and before those of any other section. ``joined``: no empty
    line parts it from the one before.
    """

    blocks: tuple[Block, ...]
    noun: str = ""
    whole: bool = False
    spare: bool = False
    joined: bool = False
    left: int = 0
    """Things that had no room."""

    @property
    def lines(self) -> list[str]:
        shown = [line for block in self.blocks for line in block.lines]
        counted = [f"… and {self.left} more {self.noun}{'s' * (self.left > 1)}"] if self.left and self.noun else []
        return [*shown, *counted]

    @property
    def can_shrink(self) -> bool:
        return not self.whole and len(self.blocks) > (0 if self.spare else 1)

    @property
    def shrunk(self) -> Section:
        return replace(self, blocks=self.blocks[:-1], left=self.left + self.blocks[-1].about)

    @property
    def longest(self) -> int:
        return 0 if self.whole else max((len(block.lines) for block in self.blocks), default=0)

    @property
    def shortened(self) -> Section:
        """One line less of the longest block."""
        place = max(range(len(self.blocks)), key=lambda number: len(self.blocks[number].lines))
        before, block, after = self.blocks[:place], self.blocks[place], self.blocks[place + 1 :]
        return replace(self, blocks=(*before, block.shortened, *after))


def fitted(sections: Sequence[Section], height: int | None) -> Iterator[str]:
    """All lines, an empty one between sections. Whoever has most to say gives way until ``height`` lines are enough.

    First whole blocks are left out, then of those that stay what is neither their beginning nor their end.
    Something of each section always stays but of the spare ones, so on a very low screen there may be more.
    """
    now = [section for section in sections if section.blocks]
    while _is_higher(now, height):
        number = max(reversed(range(len(now))), key=lambda number: _gives_way(now[number]))
        if now[number].can_shrink:
            now[number] = now[number].shrunk
        elif now[number].longest > 1:
            now[number] = now[number].shortened
        else:
            break
    yield from _printed(now)


def _gives_way(section: Section) -> tuple[bool, bool, int]:
    """Who is the first to: with spare blocks, with several, with a long one."""
    most = len(section.lines) if section.can_shrink else section.longest
    return section.spare and section.can_shrink, section.can_shrink, most


def _is_higher(sections: Sequence[Section], height: int | None) -> bool:
    return height is not None and sum(1 for _ in _printed(sections)) > height


def _printed(sections: Iterable[Section]) -> Iterator[str]:
    first = True
    for section in sections:
        if lines := section.lines:
            yield from [] if first or section.joined else [""]
            yield from lines
            first = False
