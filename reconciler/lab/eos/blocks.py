"""Configuration text and the tree of its lines: three blanks of indent per level, a lone ``!`` between parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .config import Block

INDENT = "   "
BANNER = re.compile(r"banner (?:login|motd|exec)")
END_OF_TEXT = "EOF"


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a whole configuration; comments, separators and the final ``end`` are left out.

    A line inside a section that begins with ``!!`` is one of its own: a comment that EOS keeps.
    """
    lines = [line.rstrip() for line in text.replace("\r", "").split("\n")]
    return tuple(_blocks(list(_significant(lines))))


def lines_of(block: Block) -> Iterator[str]:
    """The block as the running configuration prints it: nested parts are separated by an indented ``!``."""
    yield block.line
    shown = block.shown
    for number, child in enumerate(shown):
        if number and not (child.is_leaf and shown[number - 1].is_leaf):
            yield f"{INDENT}!"
        indent = "" if block.literal else INDENT
        yield from (indent + line for line in lines_of(child))


def as_json(blocks: Iterable[Block]) -> dict[str, Any]:
    """``cmds`` of `show running-config | json`: null for a line, a dictionary for a section."""
    return {block.line: None if block.is_leaf else {"comments": [], "cmds": as_json(block.shown)} for block in blocks}


def _significant(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Depth and text of every line that says something; the lines of a banner have the depth -1."""
    literal = False
    for line in lines:
        text = line.strip()
        if literal:
            yield -1, line
            literal = text != END_OF_TEXT
        elif text and text != "end" and (not text.startswith("!") or (text.startswith("!!") and line != text)):
            yield len(line) - len(line.lstrip()), text
            literal = BANNER.fullmatch(text) is not None


def _blocks(lines: Sequence[tuple[int, str]]) -> Iterator[Block]:
    place = 0
    while place < len(lines):
        depth, text = lines[place]
        inner = place + 1
        while inner < len(lines) and (lines[inner][0] > depth or lines[inner][0] == -1):
            inner += 1
        yield _block(text, lines[place + 1 : inner])
        place = inner


def _block(line: str, below: Sequence[tuple[int, str]]) -> Block:
    if below and below[0][0] == -1:
        return Block(line, tuple(Block(text) for _, text in below), literal=True)
    return Block(line, tuple(_blocks(below)))
