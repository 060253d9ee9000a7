"""What a node's tables were when they were last read: an unchanged answer is not understood a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from reconciler.core.driver import Answer

T = TypeVar("T")
Mark = tuple[int, str, str]
"""Of an answer: exit status, standard error, digest of the text."""


class Memory:
    """By place. Of each answer it keeps a digest, not the text: a thousand nodes have gigabytes of it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Sequence[Mark], Any]] = {}

    def recalled(self, place: str, answers: Sequence[Answer], understood: Callable[[], T]) -> T:
        """What ``understood`` makes of the answers; the very same object as the last time, if it is equal to that.

        An answer may differ and mean the same: bridges print their timers, addresses the rest of their lifetime.
        Raises: whatever ``understood`` raises; what was known before is then forgotten.
        """
        mark = tuple((answer.status, answer.error, digest(answer.text)) for answer in answers)
        known = self._known.pop(place, None)
        if known is not None and known[0] == mark:
            self._known[place] = known
            return known[1]  # type: ignore[no-any-return]
        new = understood()
        if known is not None and known[1] == new:
            new = known[1]
        self._known[place] = (mark, new)
        return new

    def witness(self, place: str) -> str:
        """The digest of the (first) answer there; empty: nothing is known."""
        return self._known[place][0][0][2] if place in self._known else ""

    def forget(self, place: str) -> None:
        self._known.pop(place, None)


def digest(text: str) -> str:
    """What ``sha256sum`` on the node says of an answer (`core.interlock`)."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
