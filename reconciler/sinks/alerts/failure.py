"""Why a message did not arrive, in words that hold no secret."""

from __future__ import annotations


class Failure(Exception):
    """``lasting``: this message will never be taken, however often it is sent. ``after``: seconds to wait at least."""

    def __init__(self, words: str, *, lasting: bool = False, after: float = 0.0) -> None:
        super().__init__(words)
        self.lasting = lasting
        self.after = after
