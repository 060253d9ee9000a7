"""A second channel on a node's SSH connection, on which it tells of changes line by line, until one end has enough."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncssh

from reconciler.core.watching import STDERR
from reconciler.transport.frames import ENVIRONMENT
from reconciler.transport.settings import SshSettings
from reconciler.transport.shell import broke_off

LONGEST = 65_536
"""Bytes of a line that are handed on; what follows them is dropped."""
LAST_WORDS = 0.5
"""Seconds after its exit status in which a shell may still say why it has ended."""

Heard = Callable[[str], None]
Channel = asyncssh.SSHClientChannel[bytes]


async def listen(connection: asyncssh.SSHClientConnection, settings: SshSettings, text: str, heard: Heard) -> str:
    """Start the login's shell, have it run ``text``, and hand on its lines until it ends; why it did.

    Whoever stops waiting closes the channel: with it ends the shell's standard input. Nothing is buffered but the rest
    of a line: a caller that is slow to hear slows the node down. Raises: ConnectionError where there is no channel.
    """
    ear = _Ear(heard)
    channel = await _opened(connection, settings, ear)
    try:
        channel.write(f"{ENVIRONMENT}{settings.prologue}\n{text}\n".encode())
        return await ear.over
    finally:
        channel.close()


async def _opened(connection: asyncssh.SSHClientConnection, settings: SshSettings, ear: _Ear) -> Channel:
    """A channel that opens after nobody waits for it any more is closed at once: its shell would stay."""
    opening = asyncio.create_task(connection.create_session(lambda: ear, settings.command, encoding=None))
    try:
        async with asyncio.timeout(settings.connect_timeout):
            return (await asyncio.shield(opening))[0]
    except asyncssh.Error as error:
        raise ConnectionError(f"opened no second channel: {broke_off(error)}") from error
    except TimeoutError as error:
        opening.add_done_callback(_close)
        raise ConnectionError(f"opened no second channel within {settings.connect_timeout:g} s") from error
    except asyncio.CancelledError:
        opening.add_done_callback(_close)
        raise


def _close(opening: asyncio.Task[tuple[asyncssh.SSHClientChannel[Any], asyncssh.SSHClientSession[Any]]]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[0].close()


class _Ear(asyncssh.SSHClientSession[bytes]):
    def __init__(self, heard: Heard) -> None:
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._out, self._err = _Lines(heard), _Lines(self._complaint)
        self._heard = heard
        self._how = ""
        self._said = ""

    def data_received(self, data: bytes, datatype: int | None) -> None:
        (self._out if datatype is None else self._err).feed(data)

    def exit_status_received(self, status: int) -> None:
        self._exited(f"exit status {status}")

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        self._exited(f"signal {signal}")

    def _exited(self, how: str) -> None:
        """What it has started may hold the channel open: the shell is what counts."""
        self._how = how
        asyncio.get_running_loop().call_later(LAST_WORDS, self._end, None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc)

    def _complaint(self, line: str) -> None:
        self._said = line
        self._heard(f"{STDERR}{line}")

    def _end(self, error: Exception | None) -> None:
        if self.over.done():
            return
        if self._how:
            self.over.set_result(f"the watch ended with {self._how}{self._said and f': {self._said}'}")
        else:
            self.over.set_result(broke_off(error))


class _Lines:
    """Bytes in pieces, handed on as whole lines. Never holds more than one line of ``LONGEST`` bytes."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._rest = b""

    def feed(self, data: bytes) -> None:
        *lines, rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._heard(line[:LONGEST].decode("utf-8", "replace"))
        self._rest = rest[:LONGEST]
