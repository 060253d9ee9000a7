"""What the API server answers when it refuses: a Kubernetes Status with its reason, message and causes.

The wording is that of k8s.io/apimachinery/pkg/api/errors, because kubectl prints it to the user as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .registry import Resource

JSON = dict[str, Any]
"""One JSON object, as it travels and as it is stored."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One field that is wrong: ``field`` as a path (``spec.cidr``), ``reason`` a Kubernetes cause type."""

    field: str
    reason: str
    message: str


class ApiError(Exception):
    """A refusal; ``status`` is the body of the answer and ``code`` its HTTP status."""

    def __init__(self, code: int, reason: str, message: str, details: JSON | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status: JSON = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            **({"details": details} if details else {}),
            "code": code,
        }


def not_found(resource: Resource, name: str) -> ApiError:
    """No object of that name."""
    return ApiError(404, "NotFound", f'{resource.qualified} "{name}" not found', _details(resource, name))


def already_exists(resource: Resource, name: str) -> ApiError:
    """Create of a name that is taken."""
    return ApiError(409, "AlreadyExists", f'{resource.qualified} "{name}" already exists', _details(resource, name))


def conflict(resource: Resource, name: str, why: str = "") -> ApiError:
    """The caller looked at an older version of the object than the stored one."""
    why = why or "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return ApiError(409, "Conflict", message, _details(resource, name))


def invalid(resource: Resource, name: str, causes: Sequence[Cause]) -> ApiError:
    """One or more fields break a rule; kubectl lists every cause."""
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    summary = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    kind = resource.kind.name
    details = {
        **_details(resource, name),
        "kind": kind,
        "causes": [{"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes],
    }
    qualified = f"{kind}.{resource.group}" if resource.group else kind
    return ApiError(422, "Invalid", f'{qualified} "{name}" is invalid: {summary}', details)


def bad_request(message: str) -> ApiError:
    """The request cannot be understood."""
    return ApiError(400, "BadRequest", message)


def no_such_path() -> ApiError:
    """Neither a served resource nor a known path."""
    return ApiError(404, "NotFound", "the server could not find the requested resource")


def method_not_allowed() -> ApiError:
    """The path is served, but not with this verb."""
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def unsupported_media_type(accepted: Sequence[str]) -> ApiError:
    """A patch in a format that this resource does not take."""
    formats = ", ".join(accepted)
    message = f"the body of the request was in an unknown format - accepted media types include: {formats}"
    return ApiError(415, "UnsupportedMediaType", message)


def expired(wanted: int, oldest: int) -> ApiError:
    """A watch from a version whose successors are no longer remembered; the client has to list again."""
    return ApiError(410, "Expired", f"too old resource version: {wanted} ({oldest})")


def success(resource: Resource, name: str, uid: str) -> JSON:
    """The answer to a delete."""
    details = {**_details(resource, name), "uid": uid}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def _details(resource: Resource, name: str) -> JSON:
    group = {"group": resource.group} if resource.group else {}
    return {"name": name, **group, "kind": resource.kind.plural}
