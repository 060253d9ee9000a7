"""What the switch logs about its configuration, in the words of EOS: kept for `show logging`, and sent to its hosts."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from .collectors import Forwarder, Message
from .config import Block
from .refusal import INVALID, Refused

SIZE = 1000
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
LAST = re.compile(r"(?:last )?(\d+)(?: (\w+))?")
HEAD = """\
Syslog logging: enabled
    Buffer logging: level debugging
    Console logging: level errors
    Persistent logging: disabled
    Monitor logging: level errors
    Synchronous logging: disabled
    Trap logging: level informational
    Logging format: traditional
    Hostname format: Hostname only

Log Buffer:
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a user on a terminal, at an address."""

    user: str
    terminal: str
    address: str

    def __str__(self) -> str:
        return f"{self.user} on {self.terminal} ({self.address})"


@dataclass(slots=True)
class Syslog:
    """Lines with their time, in seconds since the epoch."""

    lines: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=SIZE))
    forwarder: Forwarder = field(default_factory=Forwarder)

    def add(self, hostname: str, text: str, verbatim: Sequence[Block]) -> None:
        """``verbatim``: the running configuration, which says who hears it."""
        message = Message(time.time(), hostname, text)
        self.lines.append((message.when, message.shown))
        self.forwarder.send(message, verbatim)

    def show(self, words: str = "") -> str:
        """All of it, the last N lines, or ``last N minutes``. Raises: Refused."""
        found = LAST.fullmatch(words)
        if words and found is None:
            raise Refused(INVALID)
        if found is None:
            return HEAD + self._text(list(self.lines))
        number, unit = int(found[1]), found[2]
        if unit is None:
            return self._text(list(self.lines)[-number:])
        seconds = [value for name, value in UNITS.items() if name.startswith(unit)]
        if len(seconds) != 1:
            raise Refused(INVALID)
        return self._text([line for line in self.lines if line[0] > time.time() - number * seconds[0]])

    @staticmethod
    def _text(lines: list[tuple[float, str]]) -> str:
        return "".join(f"{line}\n" for _, line in lines)
