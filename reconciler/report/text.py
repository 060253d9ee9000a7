"""Lines for people: made of coloured pieces, safe to print, and folded between words where a screen is narrower."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import click

from reconciler.core.words import printable
from reconciler.report.screen import Screen

INDENT, HANGING = "  ", "      "
NARROWEST = 40
"""Columns: no screen is taken to have fewer."""
NAMED = 3
"""Of many devices that are alike; whoever wants more sees all."""


class Piece(NamedTuple):
    """A part of a line that looks alike. ``color``: one that click knows."""

    text: str
    color: str = ""
    bold: bool = False
    dim: bool = False

    def styled(self, text: str) -> str:
        """``text``, which is some of this piece, as a terminal shows it."""
        plain = not (self.color or self.bold or self.dim) or not text
        style = {name: True for name in ("bold", "dim") if getattr(self, name)}
        return text if plain else click.style(text, fg=self.color or None, **style)


def folded(pieces: Iterable[Piece], screen: Screen, indent: str = "", hanging: str = HANGING) -> Iterator[str]:
    """One line, or several where the screen is narrower; what follows the first one begins with ``hanging``."""
    safe = [piece._replace(text=printable(piece.text)) for piece in pieces if piece.text]
    whole = "".join(piece.text for piece in safe)
    at = 0
    for number, line in enumerate(_wrapped(indent + whole, screen.width, hanging)):
        margin = hanging if number else indent
        words = line[len(margin) :]
        at = whole.index(words, at)
        yield margin + (_painted(safe, at, at + len(words)) if screen.color else words)
        at += len(words)


def named(names: Sequence[str], screen: Screen) -> str:
    """``k001, k002, k003 and 297 more``."""
    few = names if screen.verbose else names[:NAMED]
    more = f" and {len(names) - len(few)} more" if len(names) > len(few) else ""
    return f"{', '.join(few)}{more}"


def _wrapped(line: str, width: int | None, hanging: str) -> list[str]:
    if width is None:
        return [line]
    folds = textwrap.wrap(
        line,
        max(width, NARROWEST),
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
        expand_tabs=False,
        replace_whitespace=False,
    )
    return folds or [line]


def _painted(pieces: Iterable[Piece], start: int, end: int) -> str:
    """What stands between two places of the line, each piece of it in its own style."""
    said, at = "", 0
    for piece in pieces:
        said += piece.styled(piece.text[max(start - at, 0) : max(end - at, 0)])
        at += len(piece.text)
    return said


class Text(NamedTuple):
    """One line below a device: its coloured beginning, what follows it, and the dim end."""

    head: str
    detail: str = ""
    origin: str = ""
    color: str = ""

    @property
    def pieces(self) -> list[Piece]:
        parts = [Piece(self.head, self.color), Piece(self.detail), Piece(self.origin, dim=True)]
        said = [part for part in parts if part.text]
        return [piece for part in said for piece in (Piece("  "), part)][1:]

    def printed(self, screen: Screen, indent: str = INDENT) -> Iterator[str]:
        """As one line, or folded between words where the screen is narrower."""
        return folded(self.pieces, screen, indent, HANGING if indent == INDENT else indent + "    ")
