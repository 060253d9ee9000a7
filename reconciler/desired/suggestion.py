"""What somebody may have meant who wrote a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LISTED = 20


def did_you_mean(word: str, known: list[str]) -> str:
    """``did you mean 'mtu'?``, or the list where nothing comes close."""
    return alike(word, known) or f"expected {'one of ' if known[1:] else ''}{', '.join(_some(known))}"


def alike(word: str, known: Iterable[str]) -> str:
    """``did you mean 'mtu'?``, or nothing where nothing comes close."""
    lower = {name.lower(): name for name in sorted(known)}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"did you mean {lower[close[0]]!r}?" if close else ""


def alike_or(word: str, known: Iterable[str], right: str) -> str:
    """``did you mean 'mtu'? or add it``; where nothing comes close, ``right`` alone."""
    meant = alike(word, known)
    return f"{meant} or {right}" if meant else right


def _some(known: list[str]) -> list[str]:
    return known if len(known) <= LISTED else [*known[:LISTED], "…"]
