"""What the control socket answers about the past: `history`, `diff`, `rollback`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from reconciler.daemon.history import History, Impossible
from reconciler.daemon.peer import peer_in
from reconciler.daemon.preview import approving
from reconciler.daemon.request import Asked, body_of
from reconciler.report import plan_json, plan_text
from reconciler.report.screen import Screen
from reconciler.sinks.database import Unwritable
from reconciler.sinks.journal.entry import HISTORY
from reconciler.sinks.journal.query import Query

LARGEST = 2**53


class AskedHistory(BaseModel):
    """In a URL, where everything is text. See `sinks.journal.query.Query`."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=10_000)
    before: int | None = Field(default=None, ge=0, le=LARGEST)
    since: float | None = None
    until: float | None = None
    kind: str = Field(default="", max_length=200)
    device: str = Field(default="", max_length=200)
    by: str = Field(default="", max_length=200)
    outcome: str = Field(default="", max_length=200)


class AskedDifference(BaseModel):
    """In a URL. Revisions by their beginning; ``width``: of the text."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(min_length=1, max_length=200)
    new: str = Field(default="", max_length=200)
    width: int | None = Field(default=None, ge=20, le=1000)


class AskedRollback(Asked):
    """Without a digest the plan is shown, and nothing happens."""

    cycle: int = Field(ge=1, le=LARGEST)
    digest: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=500)
    width: int | None = Field(default=None, ge=20, le=1000)


@dataclass
class HistoryApi:
    """Raises, for the server to put in words: pydantic.ValidationError, ValueError."""

    history: History

    @property
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/history", self._find),
            web.get("/v1/history/{id}", self._one),
            web.get("/v1/diff", self._difference),
            web.post("/v1/rollback", self._rollback),
        ]

    async def _find(self, request: web.Request) -> web.Response:
        asked = AskedHistory.model_validate(dict(request.query))
        try:
            found = await self.history.journal.find(Query(**asked.model_dump()))
        except Unwritable as error:
            raise ValueError(f"the history cannot be read: {error}") from None
        return web.Response(body=await asyncio.to_thread(_written, found), content_type="application/json")

    async def _one(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            raise ValueError(f"{number[:40]!r} is no number of an entry")
        try:
            found = await self.history.journal.one(int(number))
        except Unwritable as error:
            raise ValueError(f"the history cannot be read: {error}") from None
        if not found:
            raise ValueError(f"no entry {number} is in the history")
        return web.json_response({"schema": HISTORY, "entries": found})

    async def _difference(self, request: web.Request) -> web.Response:
        asked = AskedDifference.model_validate(dict(request.query))
        try:
            return web.json_response(await self.history.difference(asked.old, asked.new, asked.width))
        except (Impossible, Unwritable) as error:
            raise ValueError(str(error)) from None

    async def _rollback(self, request: web.Request) -> web.Response:
        asked = AskedRollback.model_validate(await body_of(request))
        try:
            if asked.digest:
                by = peer_in(request).name
                rollback = await self.history.go_back(asked.cycle, asked.digest, by, asked.reason)
                return web.json_response(asdict(rollback) | {"words": str(rollback)})
            revision, plan = await self.history.way_back(asked.cycle)
        except (Impossible, Unwritable) as error:
            raise ValueError(str(error)) from None
        shown = {
            "plan": plan_json.document(plan),
            "lines": [*plan.warnings, *plan_text.lines(plan, Screen(asked.width), approving)],
        }
        return web.json_response({"cycle": asked.cycle, "revision": revision, "digest": plan.digest, **shown})


def _written(entries: Sequence[dict[str, Any]]) -> bytes:
    """One by one: JSON of thirty megabytes at once would keep everybody waiting, also from another thread."""
    return f'{{"schema": "{HISTORY}", "entries": [{", ".join([json.dumps(one) for one in entries])}]}}'.encode()
