"""A daemon of our own making on a unix socket: it keeps to the API of the control socket, and remembers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

PLAN = {"schema": "reconciler/plan/v1", "digest": "0" * 12, "summary": {}}


@dataclass
class FakeDaemon:
    """``cycles``: the revision of each. ``drifts``: how often its plan has changed. ``phases``: how a rollout ends."""

    folder: Path
    cycles: dict[int, str] = field(default_factory=lambda: {1: "a" * 40, 2: "b" * 40})
    in_force: str = "b" * 40
    differs: bool = True
    drifts: int = 0
    breaks_off: bool = False
    phases: dict[str, int] = field(default_factory=lambda: {"in sync": 2})
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def socket(self) -> Path:
        return self.folder / "control.sock"

    @property
    def digest(self) -> str:
        return f"{self.drifts:012x}"

    @contextmanager
    def running(self) -> Iterator[FakeDaemon]:
        """In a thread of its own, as in a process of its own."""
        loop, ready = asyncio.new_event_loop(), threading.Event()

        async def serve() -> web.AppRunner:
            runner = web.AppRunner(self._app(), shutdown_timeout=0.1)
            await runner.setup()
            await web.UnixSite(runner, str(self.socket)).start()
            return runner

        runner = loop.run_until_complete(serve())
        thread = threading.Thread(target=lambda: (loop.call_soon(ready.set), loop.run_forever()))
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v1/diff", self._diff)
        app.router.add_get("/v1/history/{cycle}", self._history)
        app.router.add_post("/v1/rollback", self._rollback)
        app.router.add_get("/v1/follow", self._follow)
        return app

    async def _diff(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        self.asked.append(("diff", asked))
        if asked["old"] not in self.cycles.values():
            return web.json_response({"error": f"revision {asked['old']} is not known"}, status=400)
        new = asked.get("new", self.in_force)
        documents = (
            [] if new == asked["old"] else [{"verb": "delete", "kind": "Node", "name": "n", "origin": "n.yaml:1"}]
        )
        head = {"schema": "reconciler/diff/v1", "old": asked["old"], "new": new, "summary": {}}
        return web.json_response({**head, "documents": documents, "devices": [], "lines": ["a \x1b line"]})

    async def _history(self, request: web.Request) -> web.Response:
        cycle = int(request.match_info["cycle"])
        entry = {"id": cycle, "kind": "revision", "began": 1795299916.9, "by": "ada", "revision": self.cycles[cycle]}
        words = f"revision {self.cycles[cycle][:12]} is in force"
        return web.json_response({"schema": "reconciler/history/v1", "entries": [{**entry, "words": words}]})

    async def _rollback(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append(("rollback", asked))
        if asked["cycle"] not in self.cycles:
            return web.json_response({"error": f"there is no cycle {asked['cycle']}"}, status=400)
        revision = self.cycles[asked["cycle"]]
        if "digest" not in asked:
            changes = [{"verb": "create"}] if self.differs else []
            devices = [{"name": "n1", "platform": "linux", "status": "ok", "changes": changes}]
            plan = PLAN | {"revision": revision, "devices": devices}
            lines = ["n1 (linux)", "  + route 10.1.0.0/16", "", "Plan: 1 to create"]
            said = {"cycle": asked["cycle"], "revision": revision, "digest": self.digest, "plan": plan, "lines": lines}
            return web.json_response(said)
        if asked["digest"] != self.digest:
            words = f"the plan is another one by now, {self.digest}: look at it again"
            return web.json_response({"error": words}, status=400)
        self.in_force = revision
        return web.json_response({"words": f"going back to revision {revision[:12]}", "revision": revision})

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        revision = request.query["revision"]
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        assert revision == self.in_force, "only what is in force has a story"
        data = {"revision": revision, "phases": self.phases}
        events: list[dict[str, Any]] = [
            {"kind": "revision", "words": f"revision {revision[:12]} is in force"},
            {"kind": "reading", "words": "n1 is read"},
            {"kind": "applied", "device": "n1", "words": "n1: +route", "changes": [{}], "count": 1},
            {"kind": "rollout", "words": f"revision {revision[:12]}: rollout over", **data},
        ]
        for event in events[:2] if self.breaks_off else events:
            await response.write(json.dumps({"at": 0.0, "level": "info", **event}).encode() + b"\n")
        return response
