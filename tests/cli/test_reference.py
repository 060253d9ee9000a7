"""The overlay reference through the command line: every worked case compiled, and its three tables, line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reconciler.cli.main import root
from reconciler.core.codec import as_json, from_json
from reconciler.core.resource import Resource
from reconciler.desired.kinds import KINDS
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from tests.intent.test_claim import resource
from tests.intent.test_vectors import in_order
from tests.intent.vectors import LISTS, Record, cases, documents, expected, records, table, write

CASES = cases()


def reconcile(folder: Path, *words: str) -> tuple[int, Any]:
    """Exit code and JSON of a command in this process; nothing else may come out of it."""
    clean: dict[str, str | None] = {"RECONCILE_INVENTORY": None, "RECONCILE_DESIRED": None}
    with chdir(folder):
        ran = CliRunner().invoke(
            root, [*words, "-o", "json"], standalone_mode=False, env={**clean, "RECONCILE_STATE": str(folder)}
        )
    assert ran.exception is None, ran.output
    return ran.return_value or 0, json.loads(ran.stdout)


def compiled(folder: Path, made: Iterable[Mapping[str, Any]]) -> dict[str, list[Resource]]:
    """What `compile` wants of each device."""
    write(folder / "desired", made)
    code, told = reconcile(folder, "compile")
    assert code == 0
    return {name: [from_json(row, KINDS) for row in one["resources"]] for name, one in told["devices"].items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_case_compiled(case: Record, tmp_path: Path) -> None:
    wanted = compiled(tmp_path, documents(case))
    for node, state in case["expect"].items():
        found, listed = records(wanted[node]), expected(state)
        if "main_table" in case:
            found["routes"] = [row for row in found["routes"] if "table" in row]
        assert {name: in_order(found[name]) for name in LISTS} == {name: in_order(listed[name]) for name in LISTS}


def pool(name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": {"name": name}, "spec": dict(spec)}


def admission(case: Record) -> Iterator[dict[str, Any]]:
    yield pool("new", {"nodeSelector": "all()"} | case["pool"])
    for number, cidr in enumerate(case.get("existing_pools", [])):
        yield pool(f"old{number}", {"cidr": cidr, "nodeSelector": "all()"})


ADMITTED = [c for c in table("V30") if "update_of" not in c and "existing_blocks" not in c]
"""Blocks of another size than their pool's are left to the API: the reference's own V12 has such."""


@pytest.mark.parametrize("case", ADMITTED, ids=lambda c: str(dict(c)))
def test_pools_as_calico_admits_them(case: Record, tmp_path: Path) -> None:
    """And the line of the problem is that of the field which Calico would name."""
    write(tmp_path / "desired", admission(case))
    code, told = reconcile(tmp_path, "validate")
    errors = [problem for problem in told["problems"] if problem["severity"] == "error"]
    assert (code, bool(errors)) == ((0, False) if case["verdict"] == "accept" else (1, True)), errors
    if errors:
        fields = case["field"].split("/")
        assert any(value_at(tmp_path, problem).endswith(f"{field}: ") for problem in errors for field in fields)


def value_at(folder: Path, problem: Mapping[str, Any]) -> str:
    """What stands before the value that a problem is about."""
    lines = (folder / "desired" / "world.yaml").read_text().splitlines()
    return str(lines[problem["line"] - 1][: problem["col"] - 1])


@pytest.mark.parametrize("case", [c for c in table("V30") if "update_of" in c], ids=lambda c: str(dict(c)))
def test_a_pools_immutable_fields_are_never_written(case: Record, tmp_path: Path) -> None:
    node = {"name": "n1", "dev": "eth0", "ip4": "10.9.0.1/24"}
    world = list(documents({"profile": {"cni": "calico", "version": "3.32"}, "input": {"nodes": [node]}}))
    world[-1]["spec"]["apiNode"] = "n1"
    write(tmp_path / "desired", [*world, pool("p", {"nodeSelector": "all()"} | case["pool"])])
    spec = {"blockSize": 26, "nodeSelector": "all()"} | case["update_of"]
    code, plan = planned(tmp_path, "n1", [{"kind": "ippool", "name": "p", "spec": spec}])
    assert (code, plan["status"]) == (3, "held")
    assert case["field"] in plan["reason"]


def planned(folder: Path, device: str, live: Iterable[Mapping[str, Any]]) -> tuple[int, Any]:
    """The plan for one device that has these rows."""
    state = {"schema": "reconciler/state/v1", "devices": {device: {"status": "ok", "resources": list(live)}}}
    (folder / "live.json").write_text(json.dumps(state))
    code, plan = reconcile(folder, "--dry-run", "--live", str(folder / "live.json"))
    (one,) = plan["devices"]
    return code, one


DEVICES = {"vxlan": "vxlan.calico", "vxlan6": "vxlan-v6.calico", "ipip": "tunl0", "wg": "wireguard.cali"}
DEVICES |= {"wg6": "wg-v6.cali"}
POOLS = {
    "vxlan": {"cidr": "10.0.0.0/16", "vxlanMode": "Always"},
    "vxlan6": {"cidr": "fd00:10::/64", "vxlanMode": "Always"},
    "ipip": {"cidr": "10.1.0.0/16", "ipipMode": "Always"},
    "wg": {"cidr": "10.2.0.0/16"},
}
"""WireGuard goes with any pool; without a pool nothing of a cluster is planned."""


def calico_of(case: Record) -> Iterator[dict[str, Any]]:
    """One node with every device whose MTU the case tells, or that it calls enabled."""
    asked = [name for name in DEVICES if name in case or name in case["enabled"]]
    node = {"name": "n1", "dev": next(iter(case["ifaces"])), "ifaces": case["ifaces"], "ip4": "10.9.0.1/24"}
    node |= {"ip6": "fd00:9::1/64", "vxlan4": "10.0.0.0", "vxlan6": "fd00:10::", "ipip4": "10.1.0.0"}
    node |= {"wg_key": "K", "wg_key6": "L"} if {"wg", "wg6"} & set(asked) else {}
    yield from documents({"profile": {"cni": "calico", "version": "3.32"}, "input": {"nodes": [node]}})
    yield from (pool(name, {"nodeSelector": "all()"} | POOLS[name]) for name in asked if name in POOLS)
    felix: dict[str, Any] = {"wireguardEnabled": "wg" in asked, "wireguardEnabledV6": "wg6" in asked}
    felix |= {"vxlanMTU": case["configured"]["vxlan"]} if "configured" in case else {}
    felix |= {"wireguardHostEncryptionEnabled": True} if "aks_encrypt_host" in case else {}
    api = "projectcalico.org/v3"
    yield {"apiVersion": api, "kind": "FelixConfiguration", "metadata": {"name": "default"}, "spec": felix}
    if "aks_encrypt_host" in case:
        spec = {"clusterType": "k8s,aks", "calicoVersion": "v3.32.2"}
        yield {"apiVersion": api, "kind": "ClusterInformation", "metadata": {"name": "default"}, "spec": spec}


@pytest.mark.parametrize("case", [c for c in table("V31") if c["cni"] == "calico"], ids=lambda c: str(dict(c)))
def test_mtus_of_calicos_devices(case: Record, tmp_path: Path) -> None:
    """The MTU of pods is no row of a table: the CNI plugin reads it from a file of Felix's."""
    rows = compiled(tmp_path, calico_of(case))["n1"]
    told = {DEVICES[name]: case[name] for name in DEVICES if name in case}
    assert {name: mtu for name, mtu in mtus(rows).items() if name not in case["ifaces"]} == told


@pytest.mark.parametrize("case", [c for c in table("V31") if c["cni"] == "flannel"], ids=lambda c: str(dict(c)))
def test_mtus_of_flannels_devices(case: Record, tmp_path: Path) -> None:
    six = case.get("family") == 6
    node = {
        "name": "n1",
        "dev": "eth0",
        "ifaces": case["ifaces"],
        "ip4": "10.9.0.1/24",
        "vtep_mac": "3a:00:00:00:00:01",
    }
    node |= {"ip6": "fd00:9::1/64", "vtep_mac6": "3a:00:00:00:00:02", "pod4": "10.42.0.0/24", "pod6": "fd00:42::/64"}
    network = {"network6": "fd00:42::/56"} if six else {"network4": "10.42.0.0/16"}
    profile = {"cni": "flannel", "backend": case["backend"]}
    rows = compiled(tmp_path, documents({"profile": profile, "input": {"nodes": [node], **network}}))["n1"]
    found = [mtu for name, mtu in mtus(rows).items() if name != "eth0"]
    assert found == ([case["device"]] if "device" in case else [])


def mtus(rows: Iterable[Resource]) -> dict[str, object]:
    return {str(row.values["ifname"]): row.values["mtu"] for row in rows if row.kind == "link"}


def seed(**profile: object) -> Record:
    """Node k01-worker's world of V02: the lab of the lesson with Calico 3.32."""
    return {**CASES[0], "profile": {**CASES[0]["profile"], "version": "3.32", **profile}}


def fate(plan: Mapping[str, Any], row: Resource) -> str:
    """What a plan does to a live row."""
    verbs = [c["verb"] for c in plan["changes"] if (c["kind"], c["name"]) == (row.kind, row.name)]
    return {"": "keep", "delete": "delete", "update": "replace", "adopt": "replace"}["".join(verbs)]


def fate_among(folder: Path, world: Record, node: str, row: Resource) -> str:
    """What becomes of a row that is there beside, or in place of, all that is wanted of the node."""
    write(folder / "desired", documents(world))
    wanted = compile_world(load(folder / "desired"))[node].desired
    live = {"eth0": "veth", "eth1": "veth", "cali123": "veth", "tunl0": "ipip", "flannel.1": "vxlan"}
    links = [{"kind": "link", "ifname": name, "info_kind": kind, "mtu": 1500} for name, kind in live.items()]
    made = {key: as_json(one) for key, one in {**wanted, row.key: row}.items()}
    names = {one.get("ifname") for one in made.values()}
    _, plan = planned(folder, node, [*made.values(), *(link for link in links if link["ifname"] not in names)])
    assert plan["status"] in ("ok", "held")
    return fate(plan, row)


FELIX = [c for c in table("V32") if "felix" in c and not re.search("STALE|^vxlan.calico", c["record"])]


@pytest.mark.parametrize("case", FELIX, ids=lambda case: case["record"])
def test_what_becomes_of_others_records(case: Record, tmp_path: Path) -> None:
    """Pods' routes are the CNI plugin's affair (contract, 1); of STALE neighbours the reader knows nothing."""
    verdict = "keep" if "cali123" in case["record"] else case["felix"]
    assert fate_among(tmp_path, seed(), "k01-worker", resource(case)) == verdict, case.get("why")


@pytest.mark.parametrize("case", [c for c in FELIX if "felix_programs_ipip" in c], ids=lambda case: case["record"])
def test_what_becomes_of_birds_leftovers(case: Record, tmp_path: Path) -> None:
    world = seed(felix_programs=["ipip"])
    assert fate_among(tmp_path, world, "k01-worker", resource(case)) == case["felix_programs_ipip"]


@pytest.mark.parametrize(
    "case", [c for c in table("V32") if "flannel" in c and c["kind"] != "link"], ids=lambda c: c["record"]
)
def test_what_flanneld_keeps(case: Record, tmp_path: Path) -> None:
    world = next(case for case in CASES if case["id"] == "V17")
    assert fate_among(tmp_path, world, "node1", resource(case)) == case["flannel"]


CHANGED: list[tuple[dict[str, object], str]] = [
    ({"id": 4097}, "replace"),
    ({"port": 4790}, "replace"),
    ({"local": "10.10.10.99"}, "update"),
    ({"link": "eth0"}, "replace"),
    ({"address": "02:00:00:00:00:01"}, "update"),
    ({"mtu": 1300}, "update"),
    ({"learning": True}, "update"),
]


@pytest.mark.parametrize(("change", "verb"), CHANGED, ids=lambda value: str(value))
def test_what_becomes_of_a_changed_tunnel(change: dict[str, object], verb: str, tmp_path: Path) -> None:
    """As Felix would, but for what the kernel changes in place: local, MAC, and learning, which Felix overlooks."""
    write(tmp_path / "desired", documents(seed()))
    rows = [as_json(row) for row in compile_world(load(tmp_path / "desired"))["k01-worker"].desired.values()]
    live = [row | change if row.get("ifname") == "vxlan.calico" else row for row in rows]
    code, plan = planned(tmp_path, "k01-worker", live)
    assert code == 2
    assert [(c["name"], c["verb"], set(c["fields"])) for c in plan["changes"]] == [("vxlan.calico", verb, {*change})]
