"""How kubectl finds out what is served: /version, /api, /apis and the resource lists, plain and aggregated."""

from __future__ import annotations

from collections.abc import Iterable

from .registry import APIS, CORE, Resource, resources
from .status import JSON

VERSION: JSON = {
    "major": "1",
    "minor": "32",
    "gitVersion": "v1.32.2",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2025-02-12T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "linux/amd64",
}
"""The version of the seed's lab (kindest/node:v1.32.2)."""

VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
NAMED_APIS = [api for api in APIS if api != CORE]


def core_versions() -> JSON:
    """/api for clients that know no aggregated discovery."""
    return {"kind": "APIVersions", "versions": [CORE], "serverAddressByClientCIDRs": []}


def groups() -> JSON:
    """/apis for clients that know no aggregated discovery."""
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(api) for api in NAMED_APIS]}


def group(name: str) -> JSON | None:
    """/apis/<group>, or None for a group that is not served."""
    found = [_group(api) for api in NAMED_APIS if api.partition("/")[0] == name]
    return {"kind": "APIGroup", "apiVersion": "v1", **found[0]} if found else None


def resource_list(api: str) -> JSON | None:
    """/api/v1 and /apis/<group>/<version>, or None for an API that is not served."""
    if api not in APIS:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": api,
        "resources": [_plain(resource) for resource in resources(api)],
    }


def aggregated(*, core: bool) -> JSON:
    """/api (``core``) or /apis in one answer, resources included."""
    apis = [CORE] if core else NAMED_APIS
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [_aggregated_group(api) for api in apis],
    }


def paths() -> JSON:
    """What `kubectl get --raw /` shows."""
    named = [f"/apis/{api}" for api in NAMED_APIS]
    return {"paths": ["/api", "/api/v1", "/apis", *named, "/healthz", "/livez", "/openapi/v2", "/readyz", "/version"]}


def _group(api: str) -> JSON:
    name, _, version = api.partition("/")
    served = {"groupVersion": api, "version": version}
    return {"name": name, "versions": [served], "preferredVersion": served}


def _plain(resource: Resource) -> JSON:
    kind = resource.kind
    short = {"shortNames": list(kind.short_names)} if kind.short_names else {}
    return {
        "name": kind.plural,
        "singularName": kind.name.lower(),
        "namespaced": False,
        "kind": kind.name,
        "verbs": VERBS,
        **short,
    }


def _aggregated_group(api: str) -> JSON:
    name, _, version = api.rpartition("/")
    served = {"version": version, "freshness": "Current", "resources": _aggregated_resources(resources(api))}
    return {"metadata": {"name": name, "creationTimestamp": None}, "versions": [served]}


def _aggregated_resources(found: Iterable[Resource]) -> list[JSON]:
    return [
        {
            "resource": resource.kind.plural,
            "responseKind": {"group": resource.group, "version": resource.version, "kind": resource.kind.name},
            "scope": "Cluster",
            "singularResource": resource.kind.name.lower(),
            "verbs": VERBS,
            "shortNames": list(resource.kind.short_names),
        }
        for resource in found
    ]
