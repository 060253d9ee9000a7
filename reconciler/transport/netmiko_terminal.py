"""A terminal on a switch through netmiko: one question typed, its whole answer read up to the next prompt."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from netmiko import BaseConnection

DEVICE_TYPE = "arista_eos"
KEEPALIVE = 30
POLL = 0.003
"""Seconds between two looks at the channel; netmiko's own ten and twenty-five add up to more than the switch needs."""
SETTLED = 0.3
"""Seconds of silence after which a line like `other-name#` is taken for a prompt: the host name was changed."""
MODE = r"(?:\([^()\s]+\))*[#>] ?"
ANY_PROMPT = re.compile(rf"([A-Za-z0-9][A-Za-z0-9.-]{{0,63}}){MODE}")


class Broken(Exception):
    """The terminal cannot be opened or used any more; the text says why, in a few words and without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to reach one switch. Times in seconds; ``connect_timeout`` holds for every step of logging in.

    ``known_hosts``: the only file whose host keys are believed. ``secret``: what `enable` asks for on some switches.
    """

    host: str
    username: str
    known_hosts: Path
    port: int = 22
    password: str | None = field(default=None, repr=False)
    key: Path | None = None
    secret: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    command_timeout: float = 30.0


class Terminal:
    """Not safe for threads: whoever has it uses it from one."""

    def __init__(self, connection: BaseConnection, name: str) -> None:
        self._connection = connection
        self._name = name

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Logged in, privileged, without paging. Raises: Broken."""
        from reconciler.transport.netmiko_login import login

        connection = login(settings)
        return cls(connection, connection.base_prompt)

    @property
    def is_open(self) -> bool:
        channel: Any = self._connection.remote_conn
        return channel is not None and not channel.closed and bool(channel.get_transport().is_active())

    def ask(self, line: str, patience: float) -> str:
        """The answer without the echo and the prompt. Raises: Broken, after ``patience`` seconds at the latest."""
        try:
            self._connection.write_channel(f"{line}\n")
            return self._answer(line, time.monotonic() + patience)
        except TimeoutError:
            raise Broken(f"no answer to {line!r} within {patience:g} s") from None
        except Exception as error:
            raise Broken(f"the connection was lost at {line!r}") from error

    def close(self) -> None:
        """The channel goes first: netmiko would have a last talk with a switch that may be silent."""
        channel = self._connection.remote_conn
        if channel is not None:
            channel.close()
        self._connection.disconnect()

    def _answer(self, line: str, deadline: float) -> str:
        heard, since = "", time.monotonic()
        while True:
            closed = not self.is_open
            fresh = self._connection.read_channel()
            now = time.monotonic()
            if fresh:
                heard, since = heard + fresh, now
            elif closed:
                raise EOFError
            _, echo, body = heard.partition(f"{line}\n")
            answer, _, last = body.rpartition("\n")
            if echo and self._is_prompt(last, silence=now - since):
                return answer
            if now > deadline:
                raise TimeoutError
            time.sleep(POLL)

    def _is_prompt(self, last: str, silence: float) -> bool:
        """Only a whole last line counts: a description may well hold the name of the switch and a ``#``."""
        if re.fullmatch(re.escape(self._name) + MODE, last):
            return True
        other = ANY_PROMPT.fullmatch(last) if silence > SETTLED else None
        if other is None:
            return False
        self._name = other[1]
        return True
