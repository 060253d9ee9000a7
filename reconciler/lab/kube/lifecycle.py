"""What happens to an object between the request and the store: identity, versions, defaults, validation."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable
from copy import deepcopy

from .admission import Review, invalid_value, required
from .registry import Resource
from .status import JSON, ApiError, Cause, already_exists, bad_request, conflict, invalid
from .store import Store

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)


def new_object(resource: Resource, body: JSON, store: Store) -> JSON:
    """The object that a create with this body would store.

    ApiError: BadRequest (another kind, a resourceVersion), AlreadyExists, Invalid (with causes).
    """
    obj = _stored_form(resource, body)
    metadata = obj["metadata"]
    name = metadata.get("name", "")
    if metadata.pop("resourceVersion", ""):
        raise bad_request("resourceVersion should not be set on objects to be created")
    if causes := list(_name_causes(name)):
        raise invalid(resource, name, causes)
    if store.get(resource.kind.plural, name) is not None:
        raise already_exists(resource, name)
    metadata.update(birth())
    if not resource.is_core:
        metadata["generation"] = 1
    return _admitted(resource, obj, None, store)


def birth() -> JSON:
    """The metadata that only the server gives: a uid and the time of creation."""
    return {
        "uid": str(uuid.uuid4()),
        "creationTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def replacement(resource: Resource, old: JSON, body: JSON, store: Store) -> JSON:
    """What takes the place of ``old``; ``old`` itself when nothing changes.

    ApiError: BadRequest (another kind or name), Conflict (an older resourceVersion, another uid), Invalid.
    """
    obj = _stored_form(resource, body)
    metadata, before = obj["metadata"], old["metadata"]
    name = before["name"]
    if metadata.setdefault("name", name) != name:
        why = f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
        raise bad_request(why)
    if metadata.get("resourceVersion", before["resourceVersion"]) != before["resourceVersion"]:
        raise conflict(resource, name)
    if metadata.get("uid", before["uid"]) != before["uid"]:
        why = f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {before['uid']}"
        raise conflict(resource, name, why)
    for field in ("uid", "creationTimestamp", "resourceVersion", "generation"):
        metadata.pop(field, None)
        if field in before:
            metadata[field] = before[field]
    admitted = _admitted(resource, obj, old, store)
    if "generation" in before and admitted.get("spec") != old.get("spec"):
        metadata["generation"] += 1
    return old if admitted == old else admitted


def must_say_version(resource: Resource, name: str, body: JSON) -> None:
    """A PUT of a custom resource names the version it replaces; core kinds may be replaced unseen."""
    metadata = body.get("metadata")
    version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    if not resource.is_core and not version:
        cause = invalid_value("metadata.resourceVersion", "", "must be specified for an update")
        raise invalid(resource, name, [cause])


def _stored_form(resource: Resource, body: JSON) -> JSON:
    """A copy without ``apiVersion`` and ``kind``, which must be the served ones, and with proper metadata."""
    obj = deepcopy(body)
    api, kind = obj.pop("apiVersion", resource.api), obj.pop("kind", resource.kind.name)
    if (api, kind) != (resource.api, resource.kind.name):
        raise bad_request(f'{kind} in version "{api}" cannot be handled as a {resource.kind.name} in "{resource.api}"')
    metadata = obj.setdefault("metadata", {})
    for part in ("metadata", "spec", "status"):
        if not isinstance(obj.get(part, {}), dict):
            raise bad_request(f"{part} must be an object")
    metadata.pop("managedFields", None)
    for field in ("labels", "annotations"):
        _check_strings(metadata, field)
    return obj


def _check_strings(metadata: JSON, field: str) -> None:
    values = metadata.get(field) or {}
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise bad_request(f"metadata.{field} must be a map of strings")
    if not values:
        metadata.pop(field, None)


def _name_causes(name: object) -> Iterable[Cause]:
    if not name:
        yield required("metadata.name", "name or generateName is required")
    elif not isinstance(name, str) or len(name) > 253 or not _SUBDOMAIN.fullmatch(name):
        yield invalid_value("metadata.name", name, _SUBDOMAIN_RULE)


def _admitted(resource: Resource, obj: JSON, old: JSON | None, store: Store) -> JSON:
    causes = resource.kind.admit(Review(obj, old, store.list))
    if causes:
        raise invalid(resource, obj["metadata"]["name"], causes)
    return obj


def reject_unknown_fields(resource: Resource, body: JSON) -> None:
    """What ``fieldValidation=Strict`` asks for. ApiError BadRequest names every unknown field."""
    spec = body.get("spec")
    known = resource.kind.spec_fields
    unknown = sorted(spec.keys() - known) if known and isinstance(spec, dict) else []
    if unknown:
        fields = ", ".join(f'unknown field "spec.{name}"' for name in unknown)
        raise ApiError(
            400,
            "BadRequest",
            f'{resource.kind.name} in version "{resource.version}" cannot be handled as a {resource.kind.name}: '
            f"strict decoding error: {fields}",
        )
