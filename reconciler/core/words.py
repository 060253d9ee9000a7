"""Numbers of things in sentences for people."""

from __future__ import annotations


def plural(count: int, one: str, many: str = "") -> str:
    """``1 entry``, ``2 entries``; without ``many``, an s makes the plural."""
    return f"{count} {one if count == 1 else many or one + 's'}"
