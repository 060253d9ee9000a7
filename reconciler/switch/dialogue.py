"""A script that is a conversation: what is said next depends on what the switch has answered. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.core.driver import Failure, Script


class Lost(Exception):
    """The connection broke before the answer came: whether the line was carried out is not known.

    It is thrown into the talk at the line; whatever is said next is said on a new connection.
    """


class NotOpened(Lost):
    """There is no new connection; the old one is still there."""


class Say(NamedTuple):
    """One line to type.

    ``slow``: the switch may take a minute to answer it. ``final``: once typed it takes effect as a whole, so its
    answer is waited for even by who would rather stop. ``fresh``: on a connection that is opened for it, and stays.
    ``pause``: seconds before it is typed.
    """

    text: str
    slow: bool = False
    final: bool = False
    fresh: bool = False
    pause: float = 0.0


class Run(NamedTuple):
    """One running program: its name, and whether the program of another name is known to be over.

    ``is_under_way``: whether a transaction of this program, by its number, still waits for its end.
    """

    name: str
    is_over: Callable[[str], bool] = lambda _other: False
    is_under_way: Callable[[int], bool] = lambda _number: False


Talk = Generator[Say, str, Sequence[Failure]]
"""Yields what to say, is sent the answer (without echo and prompt), returns what went wrong. Raises: Lost."""


@dataclass(frozen=True, slots=True)
class Dialogue(Script):
    """What a terminal transport needs of a script; it knows nothing of the language in it."""

    @abstractmethod
    def talk(self, run: Run, number: int) -> Talk:
        """``number`` this attempt: together with the name of the run it is used once."""

    @abstractmethod
    def leave(self, run: Run, number: int) -> Sequence[Say]:
        """What leaves the device as it was in the middle of an attempt, on its own connection."""


class Commit(ABC):
    """One transaction on one device, in talks that answer to `core.commit.ConfirmedCommit`, in this order. Pure.

    What is known between two of them is held here.
    """

    @abstractmethod
    def arm(self) -> Talk: ...

    @abstractmethod
    def apply(self, script: Script) -> Talk: ...

    @abstractmethod
    def reach(self) -> Talk: ...

    @abstractmethod
    def confirm(self) -> Talk: ...

    @abstractmethod
    def roll_back(self) -> Talk: ...

    @abstractmethod
    def leave(self) -> Sequence[Say]:
        """What leaves the device as it was in the middle of `arm` or `apply`, on its own connection."""


@dataclass(frozen=True, slots=True)
class Reversible(Dialogue):
    """A change of a device, which may be a part of a transaction over several devices."""

    @abstractmethod
    def commit(self, run: Run, number: int, seconds: int) -> Commit | Failure:
        """``number``: of the transaction. After ``seconds`` the device takes back by itself; or why it never does."""
