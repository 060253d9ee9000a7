"""Unified diffs as EOS prints them (`show session-config named X diffs`), put onto the text that they change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.switch.eos.shown import shown

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*")
COMMAND_LINE = "! Command: "
"""The first line of the answer to `show running-config`."""


class Mismatch(ValueError):
    """A diff that does not belong to the text, or is none."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """``old`` lines from ``start`` on (0 is the first line) become ``new``, which then stand from ``ends`` on."""

    start: int
    ends: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def backwards(self) -> Hunk:
        return Hunk(self.ends, self.start, self.new, self.old)


def patched(text: str, diff: str) -> str:
    """``text`` after ``diff``. Raises: Mismatch."""
    return _put(text, list(hunks(diff)))


def unpatched(text: str, diff: str) -> str:
    """``text`` before ``diff``. Raises: Mismatch."""
    return _put(text, [hunk.backwards for hunk in hunks(diff)])


def _put(text: str, found: Sequence[Hunk]) -> str:
    lines = text.replace("\r", "").rstrip("\n").split("\n")
    shift = next((shift for shift in _shifts(lines) if all(_fits(lines, hunk, shift) for hunk in found)), None)
    if shift is None:
        raise Mismatch("its diff does not fit the configuration that was read")
    for hunk in reversed(found):
        start = hunk.start + shift
        lines[start : start + len(hunk.old)] = hunk.new
    return "\n".join(lines)


def _shifts(lines: Sequence[str]) -> Iterator[int]:
    """By how many lines the answer to `show running-config` may be ahead of the file that the diff counts.

    The file of a session lacks the first one; of the others' headings no recording tells (eos.md 6.1).
    """
    heading = next((number for number, line in enumerate(lines) if not line.startswith("!")), 0)
    likely = 1 if lines[0].startswith(COMMAND_LINE) else 0
    yield likely
    yield from (shift for shift in range(heading + 1) if shift != likely)


def _fits(lines: Sequence[str], hunk: Hunk, shift: int) -> bool:
    start = hunk.start + shift
    return tuple(lines[start : start + len(hunk.old)]) == hunk.old


def hunks(diff: str) -> Iterator[Hunk]:
    """Lengths in a hunk's head say where it ends: a removed line may well begin with ``--``. Raises: Mismatch."""
    lines = diff.replace("\r", "").split("\n")
    place = 0
    while place < len(lines):
        line, place = lines[place], place + 1
        head = HUNK.fullmatch(line)
        if head is not None:
            start, old, ends, new = (1 if number is None else int(number) for number in head.groups())
            body = _body(lines[place:], old, new)
            place += len(body)
            yield _hunk(start - bool(old), ends - bool(new), body)
        elif line.strip() and not line.startswith(("--- ", "+++ ")):
            raise Mismatch(f"its diff has a strange line: {shown(line)}")


def _body(lines: Sequence[str], old: int, new: int) -> list[str]:
    """As many lines as the two lengths ask for; EOS may cut the blank that stands for an empty line."""
    body: list[str] = []
    for line in lines:
        if old <= 0 and new <= 0:
            break
        body.append(line or " ")
        old -= body[-1][0] in " -"
        new -= body[-1][0] in " +"
    if old or new or any(line[0] not in " +-" for line in body):
        raise Mismatch("its diff breaks off")
    return body


def _hunk(start: int, ends: int, body: Sequence[str]) -> Hunk:
    old = tuple(line[1:] for line in body if line[0] in " -")
    new = tuple(line[1:] for line in body if line[0] in " +")
    return Hunk(start, ends, old, new)
