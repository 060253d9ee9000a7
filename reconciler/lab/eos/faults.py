"""What is broken on the switch now, and what that makes of a line, a login, a commit, a port.

Nothing breaks by itself: `mischief` breaks things, for the console's `lab fault` and `reconcile lab break switch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from . import modes
from .links import Links

if TYPE_CHECKING:
    from .switch import Switch

COMMIT = r"(?:conf\w* sess\w* \S+ )?commit\b"
SAVE = r"wr\w*\b|copy run\S* start\S*"
REFUSALS = {
    "no-timer": (rf"{COMMIT} timer\b", "% Invalid input"),
    "no-sessions": (r"conf\w* sess\w*\b", "% Unavailable command (not supported on this hardware platform)"),
    "fail-commit": (rf"{COMMIT}", "% Cannot commit: internal error"),
    "fail-save": (SAVE, "% Error copying system:/running-config to flash:/startup-config (No space left on device)"),
}
"""Faults that are one refused command: which lines, and the answer."""


class Refusal(NamedTuple):
    """Lines that are not taken, and what they are answered."""

    pattern: re.Pattern[str]
    answer: str


class Trigger(NamedTuple):
    """The line at which something happens: before it is carried out, or ``behind`` it."""

    pattern: re.Pattern[str]
    behind: bool = False

    def fires(self, line: str, behind: bool) -> bool:
        return behind == self.behind and self.pattern.search(line) is not None


class Half(NamedTuple):
    """An answer that is cut after ``size`` bytes; nothing follows, or the prompt does."""

    size: int
    prompt: bool


@dataclass(slots=True)
class Faults:
    """``cut_after``: bytes that may still be sent; ``chunks``: most bytes of a piece; ``release``: another EOS;

    ``tag``: what a chassis with two supervisors has behind its host name."""

    refuse_login: bool = False
    hang: Trigger | None = None
    cut: Trigger | None = None
    cut_after: int | None = None
    reboot: Trigger | None = None
    slow: float = 0.0
    half: Half | None = None
    chunks: int = 0
    double_echo: bool = False
    internal_sessions: bool = False
    syslog: str = ""
    tag: str = ""
    release: str | None = None
    refusals: dict[str, Refusal] = field(default_factory=dict)
    session_extra: list[str] = field(default_factory=list)
    ports_down: set[str] = field(default_factory=set)
    ports_down_next: set[str] = field(default_factory=set)
    refuse_login_next: bool = False
    login_closed_until: float = 0.0

    def over(self, links: Links) -> Links:
        """``links``, of which the ports that are broken have no carrier."""
        return _Links(links, self)

    def refused(self, line: str) -> str | None:
        """The answer to a line that a fault refuses."""
        return next((answer for pattern, answer in self.refusals.values() if pattern.search(line)), None)

    def cuts(self, line: str, *, behind: bool) -> bool:
        """Whether the connection is lost now; happens once."""
        if self.cut is None or not self.cut.fires(line, behind):
            return False
        self.cut = None
        return True

    def hangs(self, line: str, *, behind: bool) -> bool:
        return self.hang is not None and self.hang.fires(line, behind)

    def reboots(self, line: str, *, behind: bool) -> bool:
        """Whether the switch reboots now; happens once."""
        if self.reboot is None or not self.reboot.fires(line, behind):
            return False
        self.reboot = None
        return True

    def meddle(self, switch: Switch) -> None:
        """Somebody else's lines that were typed while a session was open."""
        lines, self.session_extra = self.session_extra, []
        if lines:
            type_in(switch, lines)

    def after_commit(self) -> None:
        """What was armed for the next commit happens."""
        self.ports_down |= self.ports_down_next
        self.ports_down_next = set()
        self.refuse_login |= self.refuse_login_next
        self.refuse_login_next = False

    def injected(self, text: str) -> str:
        """``text`` with a message of the log in its middle, as on a terminal that monitors the log."""
        if not self.syslog or not text:
            return text
        lines = text.splitlines(keepends=True)
        middle = len(lines) // 2
        return "".join([*lines[:middle], f"{self.syslog}\n", *lines[middle:]])


def type_in(switch: Switch, lines: Iterable[str]) -> None:
    """Somebody else types ``lines`` in `configure terminal`. Raises: Refused."""
    editor = switch.editor(switch.running)
    for line in lines:
        modes.type_in(editor, line)
    switch.changed()


class _Links:
    """The hardware, with broken ports."""

    def __init__(self, links: Links, faults: Faults) -> None:
        self._links, self._faults = links, faults

    def ports(self) -> Iterable[str]:
        return self._links.ports()

    def is_up(self, port: str) -> bool:
        return port not in self._faults.ports_down and self._links.is_up(port)
