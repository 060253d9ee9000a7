"""get, list, watch, create, update, patch and delete on one served resource."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import lifecycle
from .httpd import Request, Response, Stream
from .patch import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, patch_for
from .registry import Resource
from .selection import Selects, selection
from .status import JSON, ApiError, bad_request, conflict, not_found, success, unsupported_media_type
from .store import Store
from .tables import table
from .watch import seen_by


def encode(body: JSON) -> bytes:
    """JSON as it is sent, one line."""
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def decode(body: bytes) -> Any:
    """JSON as it came. ApiError BadRequest: it is none."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise bad_request(f"the object provided is unrecognized: {error}") from error


def _decode_object(body: bytes) -> JSON:
    obj = decode(body)
    if not isinstance(obj, dict):
        raise bad_request("the object provided is unrecognized: not a JSON object")
    return obj


@dataclass(frozen=True, slots=True)
class Call:
    """One request about one resource; methods are the verbs."""

    resource: Resource
    request: Request
    store: Store

    def get(self, name: str) -> Response:
        """One object. ApiError NotFound."""
        return self._answer(self._existing(name))

    def list(self) -> Response:
        """All objects that the selectors match, by name; never in pages, whatever ``limit`` says."""
        selects = self._selects()
        found = [obj for obj in self.store.list(self.resource.kind.plural) if selects(obj)]
        if self._as_table:
            return Response(encode(self._table(found)))
        return Response(
            encode(
                {
                    "apiVersion": self.resource.api,
                    "kind": f"{self.resource.kind.name}List",
                    "metadata": {"resourceVersion": str(self.store.version)},
                    "items": [self._present(obj) for obj in found],
                }
            )
        )

    def watch(self, name: str = "") -> Stream:
        """Changes since ``resourceVersion``; without one (or 0) what exists comes first, as ADDED."""
        if self.request.query.get("sendInitialEvents"):
            raise bad_request("sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")
        selects = self._selects(f"metadata.name={name}" if name else "")
        since = self._number("resourceVersion")
        self.store.history.since(since or self.store.version)  # too old is an error of the request, not of the stream
        return Stream(self._changes(since, selects), self._number("timeoutSeconds") or None)

    def create(self) -> Response:
        """Store a new object. ApiError: see ``lifecycle.new_object``."""
        obj = lifecycle.new_object(self.resource, self._body(), self.store)
        return self._answer(obj if self._dry_run else self.store.put(self.resource.kind.plural, obj), 201)

    def update(self, name: str) -> Response:
        """Replace an object by the body. ApiError: NotFound, or see ``lifecycle.replacement``."""
        old, body = self._existing(name), self._body()
        lifecycle.must_say_version(self.resource, name, body)
        return self._replace(old, body)

    def patch(self, name: str) -> Response:
        """Change an object by a patch, in the formats that Kubernetes takes for this kind (no server-side apply)."""
        accepted = [JSON_PATCH, MERGE_PATCH, *([STRATEGIC_PATCH] if self.resource.is_core else [])]
        content_type = self.request.headers.get("content-type", "").partition(";")[0]
        way = patch_for(content_type, self.resource.kind.merge_keys) if content_type in accepted else None
        if way is None:
            raise unsupported_media_type(accepted)
        old = self._existing(name)
        patched = way(self._present(old), decode(self.request.body))
        if not isinstance(patched, dict):
            raise bad_request("the patch does not leave an object")
        self._check_fields(patched)
        return self._replace(old, patched)

    def delete(self, name: str) -> Response:
        """Remove an object. ApiError: NotFound, Conflict (a precondition does not hold)."""
        old = self._existing(name)
        options = _decode_object(self.request.body) if self.request.body else {}
        self._check_preconditions(name, options.get("preconditions") or {}, old["metadata"])
        if not self._dry_run and options.get("dryRun") != ["All"]:
            self.store.remove(self.resource.kind.plural, name)
        return Response(encode(success(self.resource, name, old["metadata"]["uid"])))

    def _replace(self, old: JSON, body: JSON) -> Response:
        new = lifecycle.replacement(self.resource, old, body, self.store)
        if new is not old and not self._dry_run:
            new = self.store.put(self.resource.kind.plural, new)
        return self._answer(new)

    def _check_preconditions(self, name: str, preconditions: JSON, metadata: JSON) -> None:
        for field, wanted in preconditions.items():
            if wanted != metadata.get(field):
                why = f"Precondition failed: {field} is {metadata.get(field)}, not {wanted}"
                raise conflict(self.resource, name, why)

    def _existing(self, name: str) -> JSON:
        obj = self.store.get(self.resource.kind.plural, name)
        if obj is None:
            raise not_found(self.resource, name)
        return obj

    def _body(self) -> JSON:
        body = _decode_object(self.request.body)
        self._check_fields(body)
        return body

    def _check_fields(self, body: JSON) -> None:
        if self.request.query.get("fieldValidation") == "Strict":
            lifecycle.reject_unknown_fields(self.resource, body)

    def _selects(self, more: str = "") -> Selects:
        query = self.request.query
        return selection(query.get("labelSelector", ""), f"{query.get('fieldSelector', '')},{more}")

    def _number(self, parameter: str) -> int:
        text = self.request.query.get(parameter) or "0"
        if not text.isdecimal():
            raise bad_request(f"invalid {parameter}: {text}")
        return int(text)

    @property
    def _as_table(self) -> bool:
        return "as=Table" in self.request.headers.get("accept", "")

    @property
    def _dry_run(self) -> bool:
        return self.request.query.get("dryRun") == "All"

    def _present(self, obj: JSON) -> JSON:
        return {"apiVersion": self.resource.api, "kind": self.resource.kind.name, **obj}

    def _table(self, objects: Sequence[JSON]) -> JSON:
        return table(self.resource, objects, self.store.version, self.request.query.get("includeObject", ""))

    def _answer(self, obj: JSON, code: int = 200) -> Response:
        return Response(encode(self._table([obj]) if self._as_table else self._present(obj)), code)

    async def _changes(self, since: int, selects: Selects) -> AsyncIterator[bytes]:
        """The lines of a watch; a client that is too slow for our memory gets an ERROR and has to list again."""
        try:
            async for kind, obj in self._seen(since, selects):
                shown = self._table([obj]) if self._as_table else self._present(obj)
                yield encode({"type": kind, "object": shown})
        except ApiError as error:
            yield encode({"type": "ERROR", "object": error.status})

    async def _seen(self, since: int, selects: Selects) -> AsyncIterator[tuple[str, JSON]]:
        plural, version = self.resource.kind.plural, since or self.store.version
        if not since:
            for obj in [obj for obj in self.store.list(plural) if selects(obj)]:
                yield "ADDED", obj
        async for event in self.store.history.follow(version):
            seen = seen_by(event, selects) if event.plural == plural else None
            if seen is not None:
                yield seen
