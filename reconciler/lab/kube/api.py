"""From a request's path to the verb that answers it."""

from __future__ import annotations

from collections.abc import Sequence

from . import discovery, openapi
from .httpd import Request, Response, Stream
from .registry import CORE, find
from .status import JSON, ApiError, method_not_allowed, no_such_path
from .store import Store
from .verbs import Call, encode


class Api:
    """The whole API over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle(self, request: Request) -> Response | Stream:
        """Answer one request; a refusal is answered as a Status."""
        try:
            return self._route(request)
        except ApiError as error:
            return Response(encode(error.status), error.code)

    def _route(self, request: Request) -> Response | Stream:
        match request.path.strip("/").split("/"):
            case ["api", "v1", plural, *rest]:
                return self._objects(request, CORE, plural, rest)
            case ["apis", group, version, plural, *rest]:
                return self._objects(request, f"{group}/{version}", plural, rest)
            case words if request.method == "GET":
                return _about(words, request.headers.get("accept", ""))
        raise method_not_allowed()

    def _objects(self, request: Request, api: str, plural: str, rest: Sequence[str]) -> Response | Stream:
        resource = find(api, plural)
        if resource is None or len(rest) > 1:
            raise no_such_path()
        call = Call(resource, request, self._store)
        return _on_one(call, rest[0]) if rest else _on_all(call)


def _on_all(call: Call) -> Response | Stream:
    match call.request.method:
        case "GET" if _watching(call.request):
            return call.watch()
        case "GET":
            return call.list()
        case "POST":
            return call.create()
    raise method_not_allowed()


def _on_one(call: Call, name: str) -> Response | Stream:
    match call.request.method:
        case "GET" if _watching(call.request):
            return call.watch(name)
        case "GET":
            return call.get(name)
        case "PUT":
            return call.update(name)
        case "PATCH":
            return call.patch(name)
        case "DELETE":
            return call.delete(name)
    raise method_not_allowed()


def _watching(request: Request) -> bool:
    return request.query.get("watch", "").lower() in ("1", "true")


def _about(words: Sequence[str], accept: str) -> Response:
    """What is not about objects: discovery, health, version, OpenAPI."""
    match words:
        case ["healthz" | "livez" | "readyz"]:
            return Response(b"ok", content_type="text/plain")
        case ["openapi", "v2"]:
            return Response(openapi.document(), content_type=openapi.CONTENT_TYPE)
        case ["api" | "apis" as root] if "as=APIGroupDiscoveryList" in accept and "v=v2" in accept:
            return Response(encode(discovery.aggregated(core=root == "api")), content_type=discovery.AGGREGATED)
    found = _document(words)
    if found is None:
        raise no_such_path()
    return Response(encode(found))


def _document(words: Sequence[str]) -> JSON | None:
    match words:
        case [""]:
            return discovery.paths()
        case ["version"]:
            return discovery.VERSION
        case ["api"]:
            return discovery.core_versions()
        case ["apis"]:
            return discovery.groups()
        case ["apis", group]:
            return discovery.group(group)
        case ["api", version]:
            return discovery.resource_list(version)
        case ["apis", group, version]:
            return discovery.resource_list(f"{group}/{version}")
    return None
