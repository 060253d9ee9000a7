"""Ways for a test to make the switch misbehave: `lab fault NAME [ARGS]` at its console, `lab fault clear` ends all.

refuse-login       no password is right
hang               logs in and never answers, not even when the fault is cleared
slow SECONDS       answers late
reject-line REGEX  lines that match are invalid input
cut                the connection is lost at the next command
session-extra LINE somebody else's line (parts separated by " ; ") gets into the running configuration while the next
                   session is open, just before its diff is shown or it is committed
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

USAGE = "% lab fault clear|refuse-login|hang|slow SECONDS|reject-line REGEX|cut|session-extra LINE"


@dataclass(slots=True)
class Faults:
    """What is broken now."""

    refuse_login: bool = False
    hang: bool = False
    cut: bool = False
    slow: float = 0.0
    reject_line: re.Pattern[str] | None = None
    session_extra: list[str] = field(default_factory=list)

    def command(self, words: str) -> str:
        """Carries out what stands behind `lab fault`; the answer to it."""
        name, _, value = words.strip().partition(" ")
        try:
            self._set(name, value.strip())
        except (KeyError, ValueError, re.error):
            return USAGE + "\n"
        return ""

    def _set(self, name: str, value: str) -> None:
        if name == "clear":
            self.refuse_login = self.hang = self.cut = False
            self.slow, self.reject_line, self.session_extra = 0.0, None, []
        elif name in ("refuse-login", "hang", "cut"):
            setattr(self, name.replace("-", "_"), True)
        elif name == "slow":
            self.slow = float(value)
        elif name == "reject-line":
            self.reject_line = re.compile(value)
        elif name == "session-extra" and value:
            self.session_extra = [line.strip() for line in value.split(";")]
        else:
            raise KeyError(name)

    def rejects(self, line: str) -> bool:
        return self.reject_line is not None and self.reject_line.search(line) is not None

    async def before_answer(self, *, cuts: bool = True) -> None:
        """Waits as long as the faults ask for. Raises: ConnectionAbortedError for a connection that is to be cut."""
        if self.cut and cuts:
            self.cut = False
            raise ConnectionAbortedError
        if self.hang:
            await asyncio.Event().wait()
        if self.slow:
            await asyncio.sleep(self.slow)
