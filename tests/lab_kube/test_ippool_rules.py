"""Calico's admission of IP pools, case by case; the table is V30 of our overlay reference, and what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.lab.kube.admission import Review
from reconciler.lab.kube.status import Cause
from reconciler.lab.kube.validate_ippool import admit_ippool

Spec = dict[str, Any]

DEFAULTS = {
    "nodeSelector": "all()",
    "allowedUses": ["Workload", "Tunnel"],
    "assignmentMode": "Automatic",
    "ipipMode": "Never",
    "vxlanMode": "Never",
}

ACCEPTED: list[Spec] = [
    {"cidr": "192.168.0.0/16", "blockSize": 26, "vxlanMode": "CrossSubnet", "ipipMode": "Never"},
    {"cidr": "10.0.0.0/16", "blockSize": 20},
    {"cidr": "10.0.0.0/16", "blockSize": 32},
    {"cidr": "fd00:10::/64", "blockSize": 116},
    {"cidr": "fd00:10::/64", "blockSize": 128},
    {"cidr": "fd00:10::/64", "vxlanMode": "Always"},
    {"cidr": "10.0.0.0/26", "blockSize": 26},
    {"cidr": "10.0.0.0/27", "disabled": True},
    {"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer"]},
    {"cidr": "10.0.0.0/24", "allowedUses": ["Workload"], "namespaceSelector": "team == 'x'"},
]

REFUSED: list[tuple[Spec, str]] = [
    ({"cidr": "10.0.0.0/16", "vxlanMode": "Always", "ipipMode": "CrossSubnet"}, "vxlanMode"),
    ({"cidr": "fd00:10::/64", "ipipMode": "Always"}, "ipipMode"),
    ({"cidr": "10.0.0.0/16", "blockSize": 19}, "blockSize"),
    ({"cidr": "10.0.0.0/16", "blockSize": 33}, "blockSize"),
    ({"cidr": "fd00:10::/64", "blockSize": 115}, "blockSize"),
    ({"cidr": "fd00:10::/64", "blockSize": 129}, "blockSize"),
    ({"cidr": "10.0.0.0/27"}, "cidr"),
    ({"cidr": "fd00:10::/123"}, "cidr"),
    ({"cidr": "169.254.8.0/24"}, "cidr"),
    ({"cidr": "169.0.0.0/8"}, "cidr"),
    ({"cidr": "fe80:1::/64"}, "cidr"),
    ({"cidr": "10.0.0.1/16"}, "cidr"),
    ({"cidr": "10.0.0.0"}, "cidr"),
    ({"cidr": "10.0.0.0/255.255.0.0"}, "cidr"),
    ({"cidr": "ten/16"}, "cidr"),
    ({"cidr": 10}, "cidr"),
    ({}, "cidr"),
    ({"cidr": "10.0.0.0/16", "blockSize": "26"}, "blockSize"),
    ({"cidr": "10.0.0.0/16", "natOutgoing": "yes"}, "natOutgoing"),
    ({"cidr": "10.0.0.0/16", "vxlanMode": "always"}, "vxlanMode"),
    ({"cidr": "10.0.0.0/16", "assignmentMode": "Auto"}, "assignmentMode"),
    ({"cidr": "10.0.0.0/16", "allowedUses": ["Pods"]}, "allowedUses[0]"),
    ({"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer", "Workload"]}, "allowedUses"),
    ({"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer"], "disableBGPExport": True}, "disableBGPExport"),
    ({"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer"], "nodeSelector": "rack == 'a'"}, "nodeSelector"),
    ({"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer"], "vxlanMode": "Always"}, "vxlanMode"),
    ({"cidr": "10.0.0.0/16", "allowedUses": ["Tunnel"], "namespaceSelector": "team == 'x'"}, "namespaceSelector"),
    ({"cidr": "10.0.0.0/16", "nodeSelector": "global()"}, "nodeSelector"),
]


def _object(spec: Spec, name: str = "pool") -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": dict(spec)}


def _admit(spec: Spec, old: Spec | None = None, **stored: list[Spec]) -> tuple[Spec, list[Cause]]:
    """The spec with its defaults, and what is wrong with it; ``stored`` by plural."""
    new = _object(spec)
    before = None
    if old is not None:
        before = _object(_admit(old)[0])
    objects = {plural: [_object(s, f"other-{i}") for i, s in enumerate(specs)] for plural, specs in stored.items()}
    causes = admit_ippool(Review(new, before, lambda plural: objects.get(plural, [])))
    return new["spec"], list(causes)


@pytest.mark.parametrize("spec", ACCEPTED, ids=str)
def test_accepted(spec: Spec) -> None:
    stored, causes = _admit(spec)
    assert causes == []
    assert spec.items() <= stored.items()


@pytest.mark.parametrize(("spec", "field"), REFUSED, ids=str)
def test_refused(spec: Spec, field: str) -> None:
    _, causes = _admit(spec)
    assert [cause.field for cause in causes] == [f"spec.{field}"]


@pytest.mark.parametrize(("cidr", "size"), [("10.0.0.0/16", 26), ("fd00:10::/64", 122)])
def test_defaults(cidr: str, size: int) -> None:
    assert _admit({"cidr": cidr})[0] == {"cidr": cidr, "blockSize": size, **DEFAULTS}


def test_false_empty_and_unknown_fields_are_not_stored() -> None:
    spec = {"cidr": "10.0.0.0/16", "natOutgoing": False, "blockSize": 0, "nodeSelector": "", "colour": "red"}
    assert _admit(spec)[0] == {"cidr": "10.0.0.0/16", "blockSize": 26, **DEFAULTS}


def test_the_cidr_is_stored_in_canonical_form() -> None:
    assert _admit({"cidr": "fd00:0010:0::/64"})[0]["cidr"] == "fd00:10::/64"


@pytest.mark.parametrize("other", ["10.0.4.0/24", "10.0.0.0/8", "10.0.0.0/16"])
def test_overlap_is_refused_in_both_directions(other: str) -> None:
    _, (cause,) = _admit({"cidr": "10.0.0.0/16"}, ippools=[{"cidr": other}])
    assert cause.field == "spec.cidr"
    assert cause.message.endswith(f"IPPool(pool) CIDR overlaps with IPPool(other-0) CIDR {other}")


def test_neighbouring_and_other_family_pools_do_not_overlap() -> None:
    assert _admit({"cidr": "10.0.0.0/16"}, ippools=[{"cidr": "10.1.0.0/16"}, {"cidr": "::/0"}])[1] == []


@pytest.mark.parametrize(("block", "fields"), [("10.0.8.0/24", ["spec.blockSize"]), ("10.0.8.0/26", [])])
def test_existing_blocks_must_have_the_pools_size(block: str, fields: list[str]) -> None:
    _, causes = _admit({"cidr": "10.0.0.0/16"}, ipamblocks=[{"cidr": block}])
    assert [cause.field for cause in causes] == fields


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"cidr": "10.1.0.0/16"}, ["spec.cidr"]),
        ({"blockSize": 27}, ["spec.blockSize"]),
        ({"blockSize": 0}, []),
        ({"vxlanMode": "Always"}, []),
        ({"allowedUses": ["LoadBalancer"]}, []),
    ],
)
def test_what_an_update_may_change(change: Spec, fields: list[str]) -> None:
    old = {"cidr": "10.0.0.0/16"}
    _, causes = _admit(old | change, old)
    assert [cause.field for cause in causes] == fields


def test_a_load_balancer_pool_stays_one() -> None:
    old = {"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer"]}
    _, (cause,) = _admit(old | {"allowedUses": ["Workload"]}, old)
    assert cause.field == "spec.allowedUses"


def test_an_update_may_overlap_what_was_let_in_before() -> None:
    spec = {"cidr": "10.0.0.0/16"}
    assert _admit(spec | {"natOutgoing": True}, spec, ippools=[{"cidr": "10.0.4.0/24"}])[1] == []
