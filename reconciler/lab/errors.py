"""What the lab tells its user when it cannot do as asked: one sentence, no traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LabError(Exception):
    """The world (or the user) must act; the message is one clear sentence."""


def unknown(what: str, word: str, known: Iterable[str]) -> LabError:
    """The error for a ``word`` that names no ``what``, with the nearest known one."""
    candidates = sorted(known)
    near = difflib.get_close_matches(word, candidates, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {_some(candidates)}."
    return LabError(f"There is no {what} {word!r}; {hint}")


def _some(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
