"""The comments of a file: where each stands, and of which entry it speaks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.desired.style.read import Part, Span
from reconciler.desired.style.value import Entry, Spot, Value

COMMENT = re.compile(r"(?:^|(?<=[ \t\r\n]))#[^\r\n]*")
ON_HEADER = re.compile(r"[|>][0-9+-]*[ \t]+(#[^\r\n]*)")
KEEPS = re.compile(r"[|>][0-9]*\+")
LINE = re.compile(r"\r\n|\r|\n")
LEADS = re.compile(r"[ \t?-]*")
"""What may stand before an entry on its line, and is none itself."""


@dataclass(frozen=True, slots=True)
class Comment:
    """``alone``: nothing stands before it on its line; then ``spot.col`` is its column, or that of a dash before it."""

    text: str
    spot: Spot
    alone: bool


class Lines:
    """The lines of a text, and which of them are blank (lines of a text within the text are not)."""

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in LINE.finditer(text))]
        self._taken = {line for span in spans for line in self._further(span)}

    def _further(self, span: Span) -> range:
        """The lines of a text of several; blank ones behind a block belong to it only where it keeps them (``|+``)."""
        last = span.last_line
        if span.style in ("|", ">") and not KEEPS.match(self.text, span.start.at):
            last = self.spot(span.start.at + len(self.text[span.start.at : span.end].rstrip())).line
        return range(span.start.line, last + 1) if last > span.start.line else range(0)

    def spot(self, index: int) -> Spot:
        line = bisect_left(self.starts, index + 1) - 1
        return Spot(index, line, index - self.starts[line])

    def before(self, spot: Spot) -> str:
        """What stands before it on its line."""
        return self.text[self.starts[spot.line] : spot.at]

    def dash_of(self, spot: Spot) -> int:
        """The line of an item's dash; the item's own where a comment is between them, which has that blank line."""
        line, before = spot.line, self.before(spot)
        while "-" not in before and "#" not in before and line > 0:
            line -= 1
            before = self.text[self.starts[line] : self.starts[line + 1]]
        return spot.line if "#" in before else line

    def is_after_blank(self, line: int) -> bool:
        """Whether the line before it is blank."""
        if line == 0 or line - 1 in self._taken:
            return False
        return not self.text[self.starts[line - 1] : self.starts[line]].strip()


def comments(lines: Lines, spans: Sequence[Span]) -> Iterator[Comment]:
    """All comments, in their order; a ``#`` within a text is none."""
    place, text = 0, lines.text
    for span in (*spans, None):
        stop = span.start.at if span else len(text)
        while found := COMMENT.search(text, place, stop):
            yield _comment(lines, found.start(), found[0])
            place = found.end()
        if span:
            if span.style in ("|", ">") and (found := ON_HEADER.search(text, span.start.at, span.end)):
                yield Comment(found[1].rstrip(), lines.spot(found.start(1)), alone=False)
            place = max(place, span.end)


def _comment(lines: Lines, index: int, text: str) -> Comment:
    spot = lines.spot(index)
    before = lines.before(spot)
    if before.strip() == "---" or LEADS.fullmatch(before):
        return Comment(text.rstrip(), spot._replace(col=len(before) - len(before.lstrip())), alone=True)
    return Comment(text.rstrip(), spot, alone=False)


class Placing:
    """Hands the comments of one document to its entries."""

    def __init__(self, lines: Lines, part: Part) -> None:
        assert part.root is not None
        self.lines, self.root = lines, part.root
        self._last: tuple[Comment, list[str]] | None = None

    def place(self, comment: Comment) -> None:
        """To the entry that it stands behind, or before; or to the end of the collection in whose column it is."""
        if self._last and comment.alone and self._goes_on(self._last[0], comment):
            self._last[1].append(comment.text)
            self._last = comment, self._last[1]
            return
        self._last = None
        owner, value, (before, after) = None, self.root, _around(self.root, comment)
        while before is not None and _is_inside(before.value, value, after, comment):
            owner, value = before, before.value
            before, after = _around(value, comment)
        entry = before or owner
        if comment.alone or entry is None:
            self._above(comment, _whole(before, after, comment), value)
        else:
            entry.end.append(comment.text)
            entry.column = entry.column or comment.spot.col + 1
            self._last = comment, entry.end

    def _goes_on(self, last: Comment, comment: Comment) -> bool:
        """Whether it is the next line of what stood behind an entry."""
        return comment.spot.line == last.spot.line + 1 and comment.spot.col == last.spot.col

    def _above(self, comment: Comment, entry: Entry | None, value: Value) -> None:
        blank = [""] if self.lines.is_after_blank(comment.spot.line) else []
        (value.foot if entry is None else entry.above).extend([*blank, comment.text])


def _whole(before: Entry | None, after: Entry | None, comment: Comment) -> Entry | None:
    """Above which entry a comment stands: between a key and its value it stands above the key."""
    split = before is not None and not before.value.is_open and comment.spot.at < before.value.start.at
    return before if split else after


def _around(value: Value, comment: Comment) -> tuple[Entry | None, Entry | None]:
    """The entries of a collection before and after it."""
    place = bisect_left(value.entries, comment.spot.at, key=lambda entry: entry.start.at)
    entries = value.entries
    return entries[place - 1] if place else None, entries[place] if place < len(entries) else None


def _is_inside(value: Value, around: Value, after: Entry | None, comment: Comment) -> bool:
    """Whether the comment belongs into a collection that begins before it. A block's own end is hard to see."""
    index, col = comment.spot.at, comment.spot.col
    if value.braces:
        return value.start.at < index < value.end
    if not value.entries:
        return False
    if not comment.alone:
        return index > value.entries[0].start.at
    if index < value.entries[-1].start.at:
        return True
    return col >= value.start.col and (after is None or col > around.start.col)


def spaced(value: Value, lines: Lines) -> None:
    """Keep the blank lines before entries; those within braces mean nothing."""
    for entry in value.entries:
        if not value.braces and LEADS.fullmatch(lines.before(entry.start)):
            line = lines.dash_of(entry.start) if value.shape == "list" else entry.start.line
            entry.above += [""] if lines.is_after_blank(line) else []
        spaced(entry.value, lines)
