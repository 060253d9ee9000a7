"""Where a git host calls when somebody has pushed: it makes the daemon look at once, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from aiohttp import web

from reconciler.daemon.allowance import Allowance
from reconciler.report.event import Event
from reconciler.sinks.public import Public
from reconciler.source.webhook import MAX_BODY, Denied, Webhook

CONNECTIONS = 64
LONGEST = 20.0
"""Seconds for a connection, all in all."""
AT_ONCE = 16
"""Bodies that are read at once: nobody knows who sends them before they are whole."""
PATIENCE = 10.0
"""Seconds for one of them. Whoever is turned away is looked for at the next turn all the same."""


class Hooks(Public):
    """``called``: somebody has pushed. ``tell``: who was turned away is worth a line in the log."""

    def __init__(
        self, webhooks: Mapping[str, Webhook], called: Callable[[], None], tell: Callable[[Event], None]
    ) -> None:
        self._webhooks = webhooks
        self._called, self._tell = called, tell
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_post("/{host}", self._receive)
        super().__init__(app, CONNECTIONS, LONGEST)
        self._allowance = Allowance(rate=0.1, burst=10.0)
        self._reading = 0

    async def _receive(self, request: web.Request) -> web.Response:
        webhook = self._webhooks.get(request.match_info["host"])
        if webhook is None:
            return web.Response(status=404, text="no such git host is configured\n")
        try:
            refs = webhook.check(list(request.headers.items()), await self._body(request), time.time())
        except Denied as error:
            if self._allowance.takes(str(request.remote), time.monotonic()):
                self._tell(Event("webhook", f"a call from {request.remote} is refused: {error}", level="warning"))
            return web.Response(status=error.status, text=f"{error}\n")
        self._tell(Event("webhook", f"{request.match_info['host']} tells of a push: {refs or 'no ref'}"))
        self._called()
        return web.Response(status=202, text="looking\n")

    async def _body(self, request: web.Request) -> bytes:
        """Raises: Denied."""
        if self._reading >= AT_ONCE:
            raise Denied("too many calls at once", 503)
        self._reading += 1
        try:
            async with asyncio.timeout(PATIENCE):
                return await request.read()
        except TimeoutError:
            raise Denied(f"the body was not whole within {PATIENCE:g} s", 408) from None
        finally:
            self._reading -= 1
