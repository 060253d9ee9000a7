"""The control socket: HTTP with JSON on a unix socket, for `reconcile` commands and a repository's hooks."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.core.words import printable
from reconciler.daemon.peer import group_of, peer_in
from reconciler.daemon.preview import plan_document, plan_in_force, preview
from reconciler.daemon.request import Asked, body_of
from reconciler.daemon.scratch import BYTES
from reconciler.daemon.service import Service
from reconciler.daemon.suspension import Suspension
from reconciler.daemon.unix_socket import listening
from reconciler.engine.compiled import Contradiction
from reconciler.report.event import Event
from reconciler.report.mistake import mistake

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AskedSuspend(Asked):
    """``seconds`` None: as long as the settings allow (``suspend.longest``), or until it is resumed."""

    target: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=500)
    seconds: float | None = Field(default=None, gt=0)


class AskedTarget(Asked):
    target: str = Field(min_length=1, max_length=200)


class AskedPlan(BaseModel):
    """In a URL, where everything is text."""

    model_config = ConfigDict(extra="forbid")

    device: str = Field(default="", max_length=200)
    target: str = Field(default="*", min_length=1, max_length=200)
    width: int | None = Field(default=None, ge=20, le=1000)

    def names(self, device: str) -> bool:
        return device == self.device if self.device else fnmatchcase(device, self.target)


class AskedPreview(Asked):
    """``files``: base64 by path."""

    name: str
    revision: str
    files: dict[str, str]
    width: int | None = Field(default=None, ge=20, le=1000)


@dataclass
class Control:
    """Answers on ``path``, and only who may ask. ``more``: what others answer there."""

    service: Service
    path: Path
    more: Sequence[web.RouteDef] = ()
    _runner: web.AppRunner | None = None
    _inode: int = 0

    async def open(self) -> None:
        """Raises: OSError."""
        app = web.Application(client_max_size=2 * BYTES)
        for route in (*self._routes, *self.more):
            app.router.add_route(route.method, route.path, self._guarded(route.handler))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await self._listen()

    @property
    def _routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/status", self._status),
            web.get("/v1/plan", self._plan),
            web.post("/v1/sync", self._sync),
            web.post("/v1/preview", self._preview),
            web.post("/v1/poke", self._poke),
            web.get("/v1/follow", self._follow),
            web.post("/v1/suspend", self._suspend),
            web.post("/v1/resume", self._resume),
            web.post("/v1/approve", self._approve),
        ]

    async def keep(self) -> bool:
        """Listen anew, and say so, where somebody has removed the socket (a tidy of /run). Raises: OSError."""
        if self._is_there():
            return False
        await self._listen()
        return True

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._is_there():
            self.path.unlink()

    async def _listen(self) -> None:
        assert self._runner is not None, "it was opened"
        site = web.SockSite(self._runner, listening(self.path))
        self._inode = self.path.stat().st_ino
        await site.start()

    def _is_there(self) -> bool:
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def _guarded(self, handler: Handler) -> Handler:
        """Bad input is an answer with words."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                self._admit(request)
                return await handler(request)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                where = ".".join(map(str, first["loc"]))
                return web.json_response({"error": f"{where}: {first['msg']}"}, status=400)
            except ValueError as error:
                return web.json_response({"error": str(error)}, status=400)
            except web.HTTPException as error:
                return web.json_response({"error": error.reason}, status=error.status)
            except ConnectionError:
                raise
            except Exception as error:
                self.service.hub.tell(Event("mistake", f"{request.path}: {mistake(error)}", level="error"))
                return web.json_response({"error": mistake(error)}, status=500)

        return guarded

    def _admit(self, request: web.Request) -> None:
        """Raises: web.HTTPForbidden."""
        peer = peer_in(request)
        if not peer.may_use(self.path):
            words = f"{peer.name} may not: the socket is for root and for members of the group {group_of(self.path)}"
            raise web.HTTPForbidden(reason=words)

    async def _status(self, request: web.Request) -> web.Response:
        return web.json_response(self.service.status())

    async def _plan(self, request: web.Request) -> web.Response:
        """``device``: a name, or ``target``: a shell pattern, or neither: of every device. ``width``: of the text."""
        asked = AskedPlan.model_validate(dict(request.query))
        if self.service.deployment.checkout is None:
            raise ValueError("no revision is in force yet")
        names = {name for name in self.service.deployment.fleet.devices if asked.names(name)}
        if not names:
            raise ValueError(f"no device is called {printable(asked.device or asked.target)}")
        try:
            shown = await plan_in_force(self.service.deployment, names.__contains__)
        except Contradiction as error:
            raise ValueError(f"what the cluster tells contradicts the documents: {error.problems[0]}") from None
        return web.json_response(plan_document(shown, asked.width))

    async def _sync(self, request: web.Request) -> web.Response:
        await self.service.sync()
        return web.json_response(self.service.status())

    async def _preview(self, request: web.Request) -> web.Response:
        """One at a time, before its body is read: each may cost a hundred megabytes."""
        async with self.service.deployment.previews:
            asked = AskedPreview.model_validate(await body_of(request))
            documents = {name: base64.b64decode(data, validate=True) for name, data in asked.files.items()}
            seen = await preview(self.service.deployment, asked.name, asked.revision, documents, asked.width)
        return web.json_response(seen.document())

    async def _suspend(self, request: web.Request) -> web.Response:
        asked = AskedSuspend.model_validate(await body_of(request))
        now, longest = self.service.hub.now(), self.service.settings.suspend.longest
        if asked.seconds is not None and asked.seconds > longest:
            raise ValueError(f"nothing is suspended for longer than {longest / 86400:g} days")
        names = [name for name in self.service.deployment.fleet.devices if fnmatchcase(name, asked.target)]
        if not names:
            raise ValueError(f"no device is called {printable(asked.target)}")
        until = now + (asked.seconds or longest)
        suspension = Suspension(asked.target, printable(asked.reason), peer_in(request).name, now, until)
        self.service.suspend(suspension)
        return web.json_response({"target": asked.target, "devices": names, "words": str(suspension)})

    async def _resume(self, request: web.Request) -> web.Response:
        asked = AskedTarget.model_validate(await body_of(request))
        ended = self.service.resume(asked.target, peer_in(request).name)
        if not ended:
            raise ValueError(f"nothing is suspended and nothing is fought over under {printable(asked.target)}")
        return web.json_response({"ended": ended})

    async def _approve(self, request: web.Request) -> web.Response:
        asked = AskedTarget.model_validate(await body_of(request))
        words = self.service.approve(asked.target, peer_in(request).name)
        if not words:
            raise ValueError(f"nothing that is held has the digest {printable(asked.target)}")
        return web.json_response({"words": words})

    async def _poke(self, request: web.Request) -> web.Response:
        self.service.following.poke()
        return web.json_response({})

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        """Events as JSON lines, until the revision that is asked for has had its rollout, or is not put in force."""
        revision = request.query.get("revision", "")
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        with suppress(ConnectionError):
            await response.prepare(request)
            async for event in self.service.story_of(revision):
                await response.write(_line(event))
        return response


def _line(event: Event) -> bytes:
    return json.dumps(event.document()).encode() + b"\n"
