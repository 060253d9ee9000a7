"""The columns that `kubectl get` prints for each kind, as a cluster prints them."""

from __future__ import annotations

import time
from calendar import timegm
from collections.abc import Callable
from dataclasses import dataclass

from .status import JSON

NONE = "<none>"
ROLE = "node-role.kubernetes.io/"

_UNITS = (("y", 365 * 86400), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
# Ages are printed in one unit, and below these limits (seconds) with the next smaller unit as well:
# k8s.io/apimachinery/pkg/util/duration HumanDuration.
_TWO_UNITS_BELOW = {"y": 8 * 365 * 86400, "d": 8 * 86400, "h": 8 * 3600, "m": 600}
# A unit is used from this many of it on; one minute is still "60s", one day "24h".
_FROM = {"y": 2, "d": 2, "h": 3, "m": 2, "s": 0}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a Table; ``wide`` ones show with ``-o wide`` only."""

    name: str
    cell: Callable[[JSON], object]
    type: str = "string"
    wide: bool = False


def human_age(seconds: int) -> str:
    """An age as kubectl writes it: 45s, 5m10s, 3h, 2d4h."""
    for index, (unit, size) in enumerate(_UNITS):
        count, rest = divmod(max(seconds, 0), size)
        if count >= _FROM[unit]:
            return f"{count}{unit}{_remainder(seconds, rest, index)}"
    raise AssertionError("every age is at least 0s")


def _remainder(seconds: int, rest: int, index: int) -> str:
    if seconds >= _TWO_UNITS_BELOW.get(_UNITS[index][0], 0):
        return ""
    smaller, size = _UNITS[index + 1]
    return f"{rest // size}{smaller}" if rest // size else ""


def _age(obj: JSON) -> str:
    created = time.strptime(obj["metadata"]["creationTimestamp"], "%Y-%m-%dT%H:%M:%SZ")
    return human_age(int(time.time()) - timegm(created))


def _name(obj: JSON) -> object:
    return obj["metadata"]["name"]


def _spec(field: str, default: object = "") -> Callable[[JSON], object]:
    return lambda obj: (obj.get("spec") or {}).get(field, default)


def _node_info(field: str) -> Callable[[JSON], object]:
    return lambda obj: _status(obj).get("nodeInfo", {}).get(field, "<unknown>")


def _status(obj: JSON) -> JSON:
    status: JSON = obj.get("status") or {}
    return status


def _node_status(node: JSON) -> str:
    ready = {c.get("type"): c.get("status") for c in _status(node).get("conditions", [])}.get("Ready")
    word = {"True": "Ready", "False": "NotReady"}.get(ready or "", "Unknown")
    return word + (",SchedulingDisabled" if (node.get("spec") or {}).get("unschedulable") else "")


def _node_roles(node: JSON) -> str:
    labels = node["metadata"].get("labels") or {}
    return ",".join(sorted(key.removeprefix(ROLE) for key in labels if key.startswith(ROLE))) or NONE


def _node_address(kind: str) -> Callable[[JSON], object]:
    return lambda node: next((a["address"] for a in _status(node).get("addresses", []) if a.get("type") == kind), NONE)


NAME = Column("Name", _name)
AGE = Column("Age", _age)

PLAIN = (NAME, AGE)
NODE = (
    NAME,
    Column("Status", _node_status),
    Column("Roles", _node_roles),
    AGE,
    Column("Version", _node_info("kubeletVersion")),
    Column("Internal-IP", _node_address("InternalIP"), wide=True),
    Column("External-IP", _node_address("ExternalIP"), wide=True),
    Column("OS-Image", _node_info("osImage"), wide=True),
    Column("Kernel-Version", _node_info("kernelVersion"), wide=True),
    Column("Container-Runtime", _node_info("containerRuntimeVersion"), wide=True),
)
IPPOOL = (
    NAME,
    Column("CIDR", _spec("cidr")),
    Column("Block", _spec("blockSize"), type="integer"),
    Column("VXLAN", _spec("vxlanMode")),
    Column("IPIP", _spec("ipipMode")),
    Column("NAT", _spec("natOutgoing", False), type="boolean"),
    Column("Disabled", _spec("disabled", False), type="boolean"),
    AGE,
    Column("Selector", _spec("nodeSelector"), wide=True),
)
AFFINITY = (NAME, Column("Node", _spec("node")), Column("CIDR", _spec("cidr")), Column("State", _spec("state")), AGE)
IPAM_BLOCK = (NAME, Column("CIDR", _spec("cidr")), Column("Affinity", _spec("affinity")), AGE)
CLUSTER_INFORMATION = (NAME, Column("Version", _spec("calicoVersion")), Column("Ready", _spec("datastoreReady")), AGE)
