"""The answer of a show command, and what the words behind a ``|`` make of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .refusal import INCOMPLETE, INVALID, Refused
from .sessions import Session
from .switch import Switch

UNCONVERTED = "% This is an unconverted command"
FILTERS = ("include", "exclude", "begin", "section", "no-more", "count", "nz", "json")


@dataclass(frozen=True, slots=True)
class View:
    """What a show command may look at. ``session``: the one that the terminal is in; ``process``: the terminal."""

    switch: Switch
    session: Session | None = None
    process: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """``text``: whole lines; ``data``: the same as EOS's JSON model, for those commands that have one."""

    text: Callable[[], str]
    data: Callable[[], dict[str, Any]] | None = None


Shows = dict[str, Callable[..., Shown]]
"""Show commands by pattern: each takes the view and its arguments by name. Raises: Refused."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes to the terminal; ``paged``: with a pause after each screen."""

    text: str = ""
    paged: bool = False


def reply(shown: Shown, filters: Iterable[str]) -> Reply:
    """Raises: Refused for a filter that is none, or JSON of a command without model."""
    words = [_known(text.strip()) for text in filters]
    if words and words[0][0] == "json":
        if shown.data is None:
            raise Refused(UNCONVERTED)
        return Reply(json.dumps(shown.data(), indent=4) + "\n", paged=True)
    text = shown.text()
    for name, pattern in words:
        text = _filtered(text, name, pattern)
    return Reply(text, paged=all(name != "no-more" for name, _ in words))


def sections(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """The lines of every stanza in which some line matches."""
    for stanza in re.split(r"^!\n", text, flags=re.MULTILINE):
        if any(pattern.search(line) for line in stanza.splitlines()):
            yield stanza


def compiled(pattern: str) -> re.Pattern[str]:
    """Raises: Refused."""
    try:
        return re.compile(pattern)
    except re.error:
        raise Refused(INVALID) from None


def _known(text: str) -> tuple[str, str]:
    name, _, pattern = text.partition(" ")
    fitting = [known for known in FILTERS if name and known.startswith(name.lower())]
    if len(fitting) != 1:
        raise Refused(INVALID)
    if fitting[0] in ("include", "exclude", "begin", "section") and not pattern.strip():
        raise Refused(INCOMPLETE)
    return fitting[0], pattern.strip()


def _filtered(text: str, name: str, pattern: str) -> str:
    search = compiled(pattern).search
    lines = text.splitlines(keepends=True)
    match name:
        case "include":
            return "".join(line for line in lines if search(line))
        case "exclude":
            return "".join(line for line in lines if not search(line))
        case "begin":
            start = next((place for place, line in enumerate(lines) if search(line)), len(lines))
            return "".join(lines[start:])
        case "section":
            return "".join(sections(text, compiled(pattern)))
        case "count":
            return f"Count: {len(lines)} lines\n"
    return text
