"""Sentences for people: numbers of things, and texts of devices and documents that are safe to print."""

from __future__ import annotations

import re


def plural(count: int, one: str, many: str = "") -> str:
    """``1 entry``, ``2 entries``; without ``many``, an s makes the plural."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def printable(text: str) -> str:
    """``text`` on one line, safe for a terminal and for UTF-8: what cannot be printed is written as an escape."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts Ethernet2 before Ethernet10, however many digits there are."""
    parts = enumerate(re.split("([0-9]+)", name))
    return tuple((1, len(part.lstrip("0")), part.lstrip("0")) if at % 2 else (0, 0, part) for at, part in parts)


def brief(revision: str) -> str:
    """A revision as people speak of it: twelve digits, behind ``sha256:`` where it is a folder's."""
    form, mark, digits = revision.rpartition(":")
    return f"{form}{mark}{digits[:12]}"
