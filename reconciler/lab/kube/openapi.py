"""The OpenAPI v2 document that `kubectl apply` insists on, as protobuf (gnostic's openapi.v2.Document).

It says which kinds can be patched and that ``dryRun`` and ``fieldValidation`` are understood, and defines no schemas:
kubectl then leaves validation to the server. Field numbers are those of gnostic's openapiv2/OpenAPIv2.proto.
"""

from __future__ import annotations

import json
from functools import cache

from .registry import APIS, CORE, Resource, resources

CONTENT_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"


@cache
def document() -> bytes:
    """The encoded Document of everything served."""
    info = _field(1, "Kubernetes") + _field(2, "v1.32.2")
    served = [resource for api in APIS for resource in resources(api)]
    return _field(1, "2.0") + _field(2, info) + _field(8, b"".join(_field(2, _path(resource)) for resource in served))


def _path(resource: Resource) -> bytes:
    """Paths.path: a NamedPathItem(name=1, value=2) whose PathItem has only patch=8."""
    root = "/api" if resource.api == CORE else "/apis"
    return _field(1, f"{root}/{resource.api}/{resource.kind.plural}/{{name}}") + _field(2, _field(8, _patch(resource)))


def _patch(resource: Resource) -> bytes:
    """An Operation: parameters=8, vendor_extension=13."""
    gvk = {"group": resource.group, "version": resource.version, "kind": resource.kind.name}
    extension = _field(1, "x-kubernetes-group-version-kind") + _field(2, _field(2, json.dumps(gvk)))
    parameters = b"".join(_field(8, _query_parameter(name)) for name in ("dryRun", "fieldValidation"))
    return parameters + _field(13, extension)


def _query_parameter(name: str) -> bytes:
    """ParametersItem.parameter=1 > Parameter.non_body_parameter=2 > query_parameter_sub_schema=3 (in=2, name=4)."""
    schema = _field(2, "query") + _field(4, name) + _field(6, "string")
    return _field(1, _field(2, _field(3, schema)))


def _field(number: int, value: str | bytes) -> bytes:
    """One length-delimited field of the protobuf wire format."""
    payload = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
