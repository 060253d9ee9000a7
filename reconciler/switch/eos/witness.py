"""What the switch's own log says of the moment in which nobody can look: that between our last look and our commit."""

from __future__ import annotations

import re

LOG = "show logging | include SYS-5-CONFIG"
BY_OTHERS = re.compile(r"%SYS-5-CONFIG(?:_I|_SESSION_COMMIT_SUCCESS|_REPLACE_SUCCESS): (.*)")
"""Somebody has left configuration mode, committed a session or replaced everything (eos.md 7)."""


def overtaken(log: str, name: str) -> str | None:
    """What somebody else did after the session ``name`` was entered last and before it was committed.

    A session is a snapshot: its commit has undone that without a trace in the configuration (eos.md 6.1). Whoever is
    still in configuration mode has not been logged yet; neither has anything where the log is too short or off.
    """
    lines = log.splitlines()
    entered = [number for number, line in enumerate(lines) if _of(line, "entered configuration session", name)]
    if not entered:
        return None
    for line in lines[entered[-1] + 1 :]:
        if _of(line, "committed configuration session", name) or _of(line, "committed session", name):
            return None
        if found := BY_OTHERS.search(line):
            return found[1].strip()
    return None


def _of(line: str, deed: str, name: str) -> bool:
    return f" {deed} {name} " in f"{line} "
