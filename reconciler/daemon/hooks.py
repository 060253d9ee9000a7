"""Where a git host calls when somebody has pushed: it makes the daemon look at once, and nothing else."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from reconciler.daemon.event import Event
from reconciler.settings.listen import Endpoint
from reconciler.source.webhook import MAX_BODY, Denied, Webhook


class Hooks:
    """``called``: somebody has pushed. ``tell``: who was turned away is worth a line in the log."""

    def __init__(
        self, webhooks: Mapping[str, Webhook], called: Callable[[], None], tell: Callable[[Event], None]
    ) -> None:
        self._webhooks = webhooks
        self._called, self._tell = called, tell
        self._runner: web.AppRunner | None = None

    async def open(self, place: Endpoint | None, handed: Sequence[socket.socket] = ()) -> None:
        """Listen there, and on sockets that are bound already. Raises: OSError."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_post("/{host}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        for one in handed:
            await web.SockSite(self._runner, one).start()
        if place is not None:
            await web.TCPSite(self._runner, place.host, place.port).start()

    @property
    def port(self) -> int:
        """Where it really listens."""
        assert self._runner is not None, "it is open"
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        webhook = self._webhooks.get(request.match_info["host"])
        if webhook is None:
            return web.Response(status=404, text="no such git host is configured\n")
        try:
            body = await request.read()
            refs = webhook.check(list(request.headers.items()), body, time.time())
        except Denied as error:
            self._tell(Event("webhook", f"a call from {request.remote} is refused: {error}", level="warning"))
            return web.Response(status=error.status, text=f"{error}\n")
        self._tell(Event("webhook", f"{request.match_info['host']} tells of a push: {refs or 'no ref'}"))
        self._called()
        return web.Response(status=202, text="looking\n")
