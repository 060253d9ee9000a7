"""Break something exactly between two steps of ours: kill this process, or run a command, at a named point.

``RECONCILE_FAILPOINT=one applied:2=kill`` kills it the second time that the point ``one applied`` is reached (without a
number: the first time); ``=sh COMMAND`` runs shell text there and goes on. ``RECONCILE_FAILPOINT_LOG=FILE`` writes down
every point as it is reached: what a chaos run can choose from.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.core.failpoint import failpoint

POINT, LOG = "RECONCILE_FAILPOINT", "RECONCILE_FAILPOINT_LOG"


@dataclass
class Breaker:
    """``action`` at the ``nth`` time that ``point`` is reached; ``log``: where all points are written down."""

    point: str = ""
    nth: int = 1
    action: Callable[[], None] = lambda: None
    log: Path | None = None
    _reached: Counter[str] = field(default_factory=Counter)

    def __call__(self, name: str) -> None:
        self._reached[name] += 1
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{name}:{self._reached[name]}\n")
        if (name, self._reached[name]) == (self.point, self.nth):
            self.action()


def install(environment: Mapping[str, str] = os.environ) -> None:
    """Listen, if the environment asks for it. Raises: ValueError for what is no point with an action."""
    asked, log = environment.get(POINT, ""), environment.get(LOG, "")
    if not (asked or log):
        return
    place, _, action = asked.partition("=")
    point, _, number = place.partition(":")
    failpoint.hear = Breaker(point, int(number or 1), _action(action), Path(log) if log else None)


def _action(text: str) -> Callable[[], None]:
    word, _, command = text.partition(" ")
    if word == "sh" and command:
        return lambda: _shell(command)
    if word in ("kill", ""):
        return _die if word else (lambda: None)
    raise ValueError(f"{text!r} is no action: kill, or sh COMMAND")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _shell(command: str) -> None:
    subprocess.run(["/bin/sh", "-c", command], check=False, stdin=subprocess.DEVNULL)
