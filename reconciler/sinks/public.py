"""An HTTP server that anybody can reach: few connections at once, none for long, and no stranger writes our log."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from reconciler.settings.listen import Endpoint
from reconciler.sinks.bounded import Bounded

BYTES = 4096
"""Of a request's line, and of a header; there are at most ``HEADERS`` of these."""
HEADERS = 64
LIMITS: dict[str, Any] = {"max_line_size": BYTES, "max_field_size": BYTES, "max_headers": HEADERS}
SILENT = logging.getLogger("reconciler.web")
"""aiohttp tells of requests that are none; whoever sends them must not fill our log."""
SILENT.setLevel(logging.CRITICAL + 1)


@dataclass
class Public:
    """At most ``most`` connections, each for at most ``longest`` seconds."""

    app: web.Application
    most: int
    longest: float
    _runner: web.AppRunner | None = None
    _servers: list[asyncio.Server] = field(default_factory=list)

    async def open(self, place: Endpoint | None, handed: Sequence[socket.socket] = ()) -> None:
        """Listen there, and on sockets that are bound already. Raises: OSError."""
        self._runner = web.AppRunner(
            self.app, access_log=None, logger=SILENT, shutdown_timeout=1.0, lingering_time=0.0, **LIMITS
        )
        await self._runner.setup()
        assert self._runner.server is not None, "it is set up"
        bounded = Bounded(self._runner.server, self.most, self.longest)
        loop = asyncio.get_running_loop()
        for one in [*handed, *([_listening(place)] if place is not None else [])]:
            self._servers.append(await loop.create_server(bounded.protocol, sock=one))

    @property
    def port(self) -> int:
        """Where it really listens."""
        return int(self._servers[0].sockets[0].getsockname()[1])

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()
        if self._runner is not None:
            await self._runner.cleanup()


def _listening(place: Endpoint) -> socket.socket:
    """``::`` is all addresses, those of IPv4 as well. Raises: OSError."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    return socket.create_server((place.host, place.port), family=family, dualstack_ipv6=place.host == "::")
