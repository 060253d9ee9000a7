"""What the switch's own log says of the moment in which nobody can look: that between our last look and our commit."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.switch.eos.syslog import COMMITS, SESSION_ENTERED, Said, heard, message

LOG = "show logging | include SYS-5-CONFIG"


def overtaken(log: str, name: str) -> str | None:
    """What somebody else did after the session ``name`` was entered last and before it was committed.

    A session is a snapshot: its commit has undone that without a trace in the configuration (eos.md 6.1). Whoever is
    still in configuration mode has not been logged yet; neither has anything where the log is too short or off. It is
    read from its end: what happened before the session concerns nobody, and a buffer may hold thousands of lines.
    """
    later: list[tuple[Said, str]] = []
    for line in reversed(log.splitlines()):
        said = heard(line)
        if said is None:
            continue
        if (said.mnemonic, said.session) == (SESSION_ENTERED, name):
            return _deed(reversed(later), name)
        later.append((said, line))
    return None


def _deed(told: Iterable[tuple[Said, str]], name: str) -> str | None:
    """The first change that is not the commit of ``name``, up to that commit."""
    for said, line in told:
        if said.mnemonic in COMMITS and said.session == name:
            return None
        if said.is_change and (words := message(line)):
            return words[2]
    return None
