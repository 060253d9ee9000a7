"""What somebody may have meant who wrote a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

LISTED = 20
MANY = 100
"""So many names are each compared with a word; thousands of slips among thousands of names would take minutes."""
LONGEST = 253
"""Characters of a name; no longer one is looked for among many."""


def did_you_mean(word: str, known: list[str]) -> str:
    """``did you mean 'mtu'?``, or the list where nothing comes close."""
    return alike(word, known) or f"expected {'one of ' if known[1:] else ''}{', '.join(_some(known))}"


def alike(word: str, known: Iterable[str]) -> str:
    """``did you mean 'mtu'?``, or nothing where nothing comes close."""
    name = meant(word, known)
    return f"did you mean {name!r}?" if name is not None else ""


def meant(word: str, known: Iterable[str]) -> str | None:
    """The name that comes closest, if one is close at all."""
    names = tuple(known)
    return _nearest(word, names) if len(names) <= MANY else _near_among_many(word, names)


def _nearest(word: str, names: tuple[str, ...]) -> str | None:
    lower = {name.lower(): name for name in sorted(names)}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return lower[close[0]] if close else None


def _near_among_many(word: str, names: tuple[str, ...]) -> str | None:
    """One letter too many, too few or another, or two that changed places: found without looking at every name."""
    if len(word) > LONGEST:
        return None
    index = _without_a_letter(names)
    return next((index[form] for form in _forms(word.lower()) if form in index), None)


@lru_cache(maxsize=8)
def _without_a_letter(names: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sorted(names):
        for form in _forms(name.lower()) if len(name) <= LONGEST else ():
            found.setdefault(form, name)
    return found


def _forms(word: str) -> list[str]:
    """The word, and what is left of it without one of its letters."""
    return [word, *(word[:at] + word[at + 1 :] for at in range(len(word)))]


def alike_or(word: str, known: Iterable[str], right: str) -> str:
    """``did you mean 'mtu'? or add it``; where nothing comes close, ``right`` alone."""
    question = alike(word, known)
    return f"{question} or {right}" if question else right


def _some(known: list[str]) -> list[str]:
    return known if len(known) <= LISTED else [*known[:LISTED], "…"]
