"""A way through a jump host for who does not speak asyncssh: one end of a socket pair whose other end is tunnelled."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import asyncssh

from reconciler.core.driver import Unreachable
from reconciler.transport.jumps import Jumps
from reconciler.transport.settings import SshSettings

CHUNK = 1 << 16
_pumps: set[asyncio.Task[None]] = set()
"""Tasks that nobody else holds; each ends when either end closes."""


async def dialled(settings: SshSettings, jumps: Jumps) -> socket.socket:
    """A connected socket to ``settings.host`` behind ``settings.jump``. Raises: Unreachable."""
    way = await jumps.way_to(settings)
    assert way is not None, "there is a jump host"
    try:
        far = await way.open_connection(settings.host, settings.port, encoding=None)
    except asyncssh.Error as error:
        raise Unreachable(f"{settings}: the jump host does not get there: {error.reason}") from error
    ours, theirs = socket.socketpair()
    near = await asyncio.open_connection(sock=theirs)
    for task in (asyncio.create_task(_pump(far[0], near[1])), asyncio.create_task(_pump(near[0], far[1]))):
        _pumps.add(task)
        task.add_done_callback(_pumps.discard)
    return ours


async def _pump(
    source: asyncio.StreamReader | asyncssh.SSHReader[bytes], sink: asyncio.StreamWriter | asyncssh.SSHWriter[bytes]
) -> None:
    with suppress(OSError, asyncssh.Error):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()
