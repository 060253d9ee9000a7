"""A terminal on a switch through netmiko: one question typed, its whole answer read up to the next prompt."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from reconciler.transport.netmiko_job import GLANCE

if TYPE_CHECKING:
    from netmiko import BaseConnection

DEVICE_TYPE = "arista_eos"
KEEPALIVE = 30
LONGEST_READ = 1 << 16
IDLE = 5.0
"""Seconds after which a terminal is asked whether it is still there before it is used: a switch closes those that are
silent for long, and a firewall on the way forgets them without a word. Less than the daemon's time between two looks:
one that hangs is known after `connect_timeout`, and not only when a whole configuration has not come."""
SILENCE = 0.01
"""Seconds without a byte that make a prompt after a text a prompt: a banner may hold a line like one, and the network
may cut the text just there."""
SILENCE_OF_A_STRANGER = 0.3
"""The same for a prompt with another name: the host name was changed."""
PROMPT = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]{0,63})(?:\([^()\s]+\))*[#>] ?")
CONTROL = re.compile(r"\r|\x1b\[[0-9;?]*[A-Za-z]")
"""What a terminal sends besides its text."""
Until = Callable[[], float]
"""When waiting ends (`time.monotonic`), which somebody else may change."""


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


class End(NamedTuple):
    """An answer that seems complete, the name in the prompt after it, and how many seconds of silence prove both."""

    answer: str
    name: str
    silence: float


class Terminal:
    """Not safe for threads: whoever has it uses it from one."""

    def __init__(self, connection: BaseConnection, name: str) -> None:
        self._connection = connection
        self._channel: Any = connection.remote_conn
        self._name = name
        self._heard_at = time.monotonic()

    @classmethod
    def open(cls, settings: Settings, way: socket.socket | None = None) -> Self:
        """Logged in, privileged, without paging; over ``way``, where that is how one gets there. Raises: Broken."""
        from reconciler.transport.netmiko_login import login

        connection = login(settings, way)
        return cls(connection, connection.base_prompt)

    def answers(self, patience: float, until: Until) -> bool:
        """Whether it can still be used; one that was silent for long is asked, with an empty line."""
        if self._channel.closed or self._channel.eof_received or not self._channel.get_transport().is_active():
            return False
        if time.monotonic() - self._heard_at < IDLE:
            return True
        try:
            self.ask("", patience, until)
        except Broken:
            return False
        return True

    @property
    def client(self) -> str:
        """Our own address, as far as this end knows; empty behind a proxy."""
        try:
            name = self._channel.get_transport().sock.getsockname()
            return str(name[0]).partition("%")[0]
        except (OSError, AttributeError, LookupError, TypeError):
            return ""

    def ask(self, line: str, patience: float, until: Until | None = None) -> str:
        """The answer without the echo and the prompt. Raises: Broken, after ``patience`` seconds at the latest.

        ``until`` is asked again and again for an earlier end.
        """
        try:
            self._channel.settimeout(patience)
            self._channel.sendall(f"{line}\n".encode())
            deadline = time.monotonic() + patience
            return self._answer(line, lambda: min(deadline, until()) if until else deadline)
        except TimeoutError:
            raise Broken(f"no answer to {line!r} within {patience:g} s") from None
        except Exception as error:
            raise Broken(f"the connection was lost at {line!r}") from error

    def close(self) -> None:
        """The channel goes first: netmiko would have a last talk with a switch that may be silent.

        paramiko raises EOFError where the connection dies in this very moment: it is closed all the same.
        """
        with suppress(Exception):
            self._channel.close()
        with suppress(Exception):
            self._connection.disconnect()

    def _answer(self, line: str, until: Until) -> str:
        heard = b""
        while (left := until() - time.monotonic()) > 0:
            end = self._end(heard, line)
            fresh = self._listen(min(GLANCE if end is None else end.silence, left))
            if fresh:
                heard += fresh
            elif end is not None:
                self._name, self._heard_at = end.name, time.monotonic()
                return end.answer
        raise TimeoutError

    def _listen(self, seconds: float) -> bytes:
        """What comes next; nothing after so much silence. Raises: EOFError when the switch has hung up."""
        self._channel.settimeout(seconds)
        try:
            fresh: bytes = self._channel.recv(LONGEST_READ)
        except TimeoutError:
            return b""
        if not fresh:
            raise EOFError
        return fresh

    def _end(self, heard: bytes, line: str) -> End | None:
        """Whether ``heard`` is all of the answer to ``line``, as it seems.

        Only a whole last line is a prompt: a description may well hold the name of the switch and a ``#``. EOS may
        echo a line twice when it falls behind (netmiko's source).
        """
        prompt = PROMPT.fullmatch(_text(heard.rpartition(b"\n")[2]))
        _, echo, body = _text(heard).partition(f"{line}\n") if prompt else ("", "", "")
        if prompt is None or not echo:
            return None
        answer, text, _ = body.removeprefix(f"{line}\n" if line else "").rpartition("\n")
        if prompt[1] != self._name:
            return End(answer, prompt[1], SILENCE_OF_A_STRANGER)
        return End(answer, self._name, SILENCE if text else 0)


def _text(heard: bytes) -> str:
    return CONTROL.sub("", heard.decode(errors="replace"))
