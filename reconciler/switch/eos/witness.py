"""What the switch's own log says of the moment in which nobody can look: that between our last look and our commit."""

from __future__ import annotations

from reconciler.switch.eos.syslog import COMMITS, SESSION_ENTERED, heard, message

LOG = "show logging | include SYS-5-CONFIG"


def overtaken(log: str, name: str) -> str | None:
    """What somebody else did after the session ``name`` was entered last and before it was committed.

    A session is a snapshot: its commit has undone that without a trace in the configuration (eos.md 6.1). Whoever is
    still in configuration mode has not been logged yet; neither has anything where the log is too short or off.
    """
    told = [(said, line) for line in log.splitlines() if (said := heard(line)) is not None]
    entered = [n for n, (said, _) in enumerate(told) if (said.mnemonic, said.session) == (SESSION_ENTERED, name)]
    if not entered:
        return None
    for said, line in told[entered[-1] + 1 :]:
        if said.mnemonic in COMMITS and said.session == name:
            return None
        if said.is_change and (words := message(line)):
            return words[2]
    return None
