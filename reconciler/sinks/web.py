"""Where Prometheus scrapes the daemon, and a monitor asks whether it lives and whether it is ready."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web
from prometheus_client.exposition import gzip_accepted

from reconciler.core.words import printable
from reconciler.report.mistake import mistake
from reconciler.sinks.metrics.metrics import Page
from reconciler.sinks.public import Public

FRESH = 0.5
"""Seconds for which a page is good: whoever asks more often costs nothing more."""
AT_ONCE = 32
"""Connections."""
LONGEST = 10.0
"""Seconds for a connection, all in all. Each is for one request."""
OPENMETRICS = "application/openmetrics-text"
PLAIN = {"Cache-Control": "no-store", "Server": "reconciler", "X-Content-Type-Options": "nosniff"}
Words = Callable[[], str]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages(Protocol):
    """`metrics.metrics.Metrics`, as far as it is needed here."""

    def page(self, *, openmetrics: bool = False) -> Page: ...


class Web(Public):
    """``live``, ``ready``: why not, in words; empty: it is."""

    def __init__(self, metrics: Pages, live: Words, ready: Words) -> None:
        self._metrics, self._live, self._ready = metrics, live, ready
        self._pages: dict[bool, tuple[float, Page]] = {}
        app = web.Application(middlewares=[_guarded])
        app.router.add_routes(self.routes())
        super().__init__(app, AT_ONCE, LONGEST)

    def routes(self) -> list[web.RouteDef]:
        """For another server of ours as well. GET brings HEAD with it."""
        return [web.get("/metrics", self._scraped), web.get("/livez", self._livez), web.get("/readyz", self._readyz)]

    async def _scraped(self, request: web.Request) -> web.Response:
        page = self._page(openmetrics=OPENMETRICS in request.headers.get("Accept", ""))
        headers = {"Content-Type": page.kind, "Vary": "Accept, Accept-Encoding"}
        if not gzip_accepted(request.headers.get("Accept-Encoding", "")):
            return web.Response(body=page.body, headers=headers)
        packed = await asyncio.to_thread(gzip.compress, page.body, 1)
        return web.Response(body=packed, headers={**headers, "Content-Encoding": "gzip"})

    def _page(self, *, openmetrics: bool) -> Page:
        now = asyncio.get_running_loop().time()
        known = self._pages.get(openmetrics)
        if known is None or now - known[0] >= FRESH:
            known = self._pages[openmetrics] = (now, self._metrics.page(openmetrics=openmetrics))
        return known[1]

    async def _livez(self, request: web.Request) -> web.Response:
        return _said(self._live())

    async def _readyz(self, request: web.Request) -> web.Response:
        return _said(self._ready())


def _said(why: str) -> web.Response:
    return web.Response(status=503 if why else 200, text=f"{printable(why) or 'ok'}\n")


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One request a connection; and a mistake of ours is seen by who asks, while the daemon goes on."""
    response: web.StreamResponse
    try:
        response = await handler(request)
    except web.HTTPException as error:
        allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        response = web.Response(status=error.status, text=f"{error.reason}\n", headers=allowed)
    except Exception as error:
        response = web.Response(status=500, text=f"{mistake(error)}\n")
    response.headers.update(PLAIN)
    response.force_close()
    return response
