"""One shell on one SSH channel, kept open: any number of commands in one round trip, each answer apart."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import asyncssh

from reconciler.core.driver import Answer
from reconciler.core.failpoint import failpoint
from reconciler.transport.frames import ENVIRONMENT, framed, unframed

KEEPALIVE, UNANSWERED = 3, 2
"""Seconds of silence after which a connection is tried, and how often in vain: a node that hangs is known as such
before somebody needs it."""
SILENCE = KEEPALIVE * (UNANSWERED + 1)
SILENT = "not responding to keepalive"
"""asyncssh's word for it."""


class Shell:
    """A shell that waits for commands. Not for use by two at a time."""

    def __init__(self, channel: asyncssh.SSHClientChannel[bytes], ear: _Ear) -> None:
        self._channel = channel
        self._ear = ear

    @property
    def ended(self) -> str | None:
        """Why it is of no use any more."""
        return self._ear.ended

    async def ask(self, commands: Sequence[str]) -> Sequence[Answer]:
        """The answers in order. Raises: ConnectionError, with what the shell said last.

        Whoever stops waiting leaves a shell that is of no use any more.
        """
        mark = secrets.token_hex(16)
        answered = self._ear.listen(f"\n{mark} end\n".encode())
        self._channel.write(framed(commands, mark).encode())
        failpoint("node asked")
        await answered
        out, err = (bytes(part).decode("utf-8", "replace") for part in (self._ear.out, self._ear.err))
        return unframed(out, err, mark)


async def open_shell(connection: asyncssh.SSHClientConnection, command: str, prologue: str) -> Shell:
    """Start ``command`` and send the ``prologue``, for whose end nobody waits. Raises: ConnectionError."""
    ear = _Ear()
    try:
        channel, _ = await connection.create_session(lambda: ear, command, encoding=None)
    except asyncssh.Error as error:
        raise ConnectionError(f"opened no shell: {broke_off(error)}") from error
    channel.write(f"{ENVIRONMENT}{prologue}\n".encode())
    return Shell(channel, ear)


class _Ear(asyncssh.SSHClientSession[bytes]):
    """Collects what the shell says until both its streams are at the end of the frame."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.ended: str | None = None
        self._end = b""
        self._answered: asyncio.Future[None] | None = None
        self._status: int | None = None

    def listen(self, end: bytes) -> asyncio.Future[None]:
        self._answered = asyncio.get_running_loop().create_future()
        if self.ended is not None:
            self._answered.set_exception(ConnectionError(self.ended))
        self.out.clear()
        self.err.clear()
        self._end = end
        return self._answered

    def data_received(self, data: bytes, datatype: int | None) -> None:
        (self.out if datatype is None else self.err).extend(data)
        if self._answered is None or self._answered.done():
            return
        if self.out.endswith(self._end) and self.err.endswith(self._end):
            self._answered.set_result(None)

    def exit_status_received(self, status: int) -> None:
        self._status = status

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = self._last_words(exc)
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError(self.ended))

    def _last_words(self, error: Exception | None) -> str:
        if self._status is None:
            return broke_off(error)
        said = " ".join(self.err.decode("utf-8", "replace").split())
        return f"the shell ended with exit status {self._status}{': ' if said else ''}{said}"


def broke_off(error: Exception | None) -> str:
    """Why a connection is no more, in words."""
    said = str(error or "")
    if SILENT in said:
        return f"no answer for {SILENCE} s"
    return said or "the connection broke off"
