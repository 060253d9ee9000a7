"""A script that is a conversation: what is said next depends on what the switch has answered. Pure."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.core.driver import Failure, Script


class Say(NamedTuple):
    """One line to type.

    ``slow``: the switch may take a minute to answer it. ``final``: once typed it takes effect as a whole, so its
    answer is waited for even by who would rather stop.
    """

    text: str
    slow: bool = False
    final: bool = False


Talk = Generator[Say, str, Sequence[Failure]]
"""Yields what to say, is sent the answer (without echo and prompt), returns what went wrong."""


@dataclass(frozen=True, slots=True)
class Dialogue(Script):
    """What a terminal transport needs of a script; it knows nothing of the language in it."""

    @abstractmethod
    def talk(self, run: str, number: int) -> Talk:
        """``run`` names the running program and ``number`` this attempt: together they are used once."""

    @abstractmethod
    def abandon(self, run: str, number: int) -> Say:
        """What clears up after an attempt whose connection was lost, on a new one."""

    @abstractmethod
    def leave(self, run: str, number: int) -> Sequence[Say]:
        """What leaves the device as it was in the middle of an attempt, on its own connection."""
