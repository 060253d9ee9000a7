"""Connections to jump hosts: one each, shared by all nodes that lie behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from reconciler.transport.settings import SshSettings

if TYPE_CHECKING:
    import asyncssh


class Jumps:
    """Opened when first needed, and again when broken; two nodes that need one at the same time share the attempt."""

    def __init__(self) -> None:
        self._open: dict[SshSettings, asyncio.Task[asyncssh.SSHClientConnection]] = {}

    async def way_to(self, settings: SshSettings) -> asyncssh.SSHClientConnection | None:
        """The connection to the jump host of ``settings``; None if it has none. Raises: Unreachable."""
        if settings.jump is None:
            return None
        from reconciler.transport.connect import connect

        attempt = self._open.get(settings.jump)
        if attempt is None or _is_over(attempt):
            attempt = self._open[settings.jump] = asyncio.create_task(connect(settings.jump, self))
        return await asyncio.shield(attempt)

    def close(self) -> None:
        for attempt in self._open.values():
            attempt.cancel()
            if not _is_over(attempt) and attempt.done():
                attempt.result().close()
        self._open.clear()


def _is_over(attempt: asyncio.Task[asyncssh.SSHClientConnection]) -> bool:
    if not attempt.done():
        return False
    return attempt.cancelled() or attempt.exception() is not None or attempt.result().is_closed()
