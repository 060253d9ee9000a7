"""Break something exactly between two steps of ours: kill this process, or run a command, at a named point.

``RECONCILE_FAILPOINT=one applied:2=kill`` kills it the second time that the point ``one applied`` is reached (without a
number: the first time); ``=sh COMMAND`` runs shell text there and goes on. Several stand on a line each.
``RECONCILE_FAILPOINT_LOG=FILE`` writes down every point as it is reached: what a chaos run can choose from.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from reconciler.core.failpoint import failpoint

POINT, LOG = "RECONCILE_FAILPOINT", "RECONCILE_FAILPOINT_LOG"


class Place(NamedTuple):
    """The ``nth`` time that the point ``name`` is reached."""

    name: str
    nth: int

    def __str__(self) -> str:
        return f"{self.name}:{self.nth}"


@dataclass
class Breaker:
    """What happens where; ``log``: where all points are written down. Threads of ours reach points, too."""

    actions: Mapping[Place, Callable[[], None]] = field(default_factory=dict)
    log: Path | None = None
    _reached: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, name: str) -> None:
        with self._turn:
            self._reached[name] += 1
            place = Place(name, self._reached[name])
            if self.log is not None:
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(f"{place}\n")
        if action := self.actions.get(place):
            action()


def install(environment: Mapping[str, str] = os.environ) -> None:
    """Listen, if the environment asks for it. Raises: ValueError for what is no point with an action."""
    asked, log = environment.get(POINT, ""), environment.get(LOG, "")
    if not (asked or log):
        return
    actions = dict(_order(line) for line in asked.splitlines() if line)
    failpoint.hear = Breaker(actions, Path(log) if log else None)


def place(text: str) -> Place:
    """As it stands in the log. Raises: ValueError."""
    name, _, number = text.partition(":")
    return Place(name, int(number or 1))


def _order(text: str) -> tuple[Place, Callable[[], None]]:
    where, _, action = text.partition("=")
    return place(where), _action(action)


def _action(text: str) -> Callable[[], None]:
    word, _, command = text.partition(" ")
    if word == "sh" and command:
        return lambda: _shell(command)
    if word == "kill":
        return _die
    raise ValueError(f"{text!r} is no action: kill, or sh COMMAND")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _shell(command: str) -> None:
    subprocess.run(["/bin/sh", "-c", command], check=False, stdin=subprocess.DEVNULL)
