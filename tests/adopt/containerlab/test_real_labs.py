"""The two labs of the seeds' lesson, read where they are: other people's files, so none of them is kept here."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.adopt.adopted import Adopted
from reconciler.core.resource import Resource
from reconciler.intent.compile import compile_world
from reconciler.linux.address import Address
from reconciler.linux.route import Route
from reconciler.switch.kinds import Bgp, BgpListen, BgpNeighbor, Interface, Routing, Svi, Vlan
from tests.adopt.worlds import imported, read_back

PLACES = (Path(__file__).parents[4] / "shared" / "lab-data", Path("/work/shared/lab-data"))
LABS = next((place for place in PLACES if place.is_dir()), None)

if LABS is None:
    pytest.skip("the labs of the lesson are not on this machine (shared/lab-data)", allow_module_level=True)


def compiled(lab: str, folder: Path) -> tuple[Adopted, dict[str, list[Resource]]]:
    """What the imported documents want, by device; they have no errors."""
    assert LABS is not None
    adopted = imported(LABS / lab / "topology.clab.yaml")
    repository, inventory = read_back(adopted, folder)
    assert [str(problem) for problem in (*repository.having("error"), *inventory.problems)] == []
    world = compile_world(repository)
    assert list(world.problems) == []
    return adopted, {name: list(world[name].desired.values()) for name in world}


def described(resources: list[Resource], kind: type[Resource]) -> list[dict[str, object]]:
    found = [one.values for one in resources if isinstance(one, kind)]
    return [{name: value for name, value in values.items() if value not in (None, False, ())} for values in found]


def test_the_overlay_lab_is_what_the_lesson_shows(tmp_path: Path) -> None:
    """seeds/calico-overlay-lab.txt: `show interface status`, `show ip interface brief`, the nodes' routes."""
    _, wanted = compiled("06-calico-overlay", tmp_path)
    switch = wanted["ceos01"]
    assert [(one["id"], one["name"]) for one in described(switch, Vlan)] == [
        (10, "Calico-Network"),
        (20, "Calico-Network-2"),
    ]
    ports = {one["name"]: (one["description"], one["access"]) for one in described(switch, Interface)}
    assert ports == {
        "Ethernet1": ("Connection to k01-control-plane", 10),
        "Ethernet2": ("Connection to k01-worker", 10),
        "Ethernet3": ("Connection to k01-worker2", 10),
        "Ethernet4": ("Connection to k01-worker3", 20),
    }
    assert {one["vlan"]: one["addresses"] for one in described(switch, Svi)} == {
        10: ("10.10.10.1/24",),
        20: ("10.10.20.1/24",),
    }
    assert described(switch, Routing) == [{"vrf": "default", "enabled": True}]
    nodes = {name: rows for name, rows in wanted.items() if name != "ceos01"}
    addresses = {name: [(one["local"], one["dev"]) for one in described(rows, Address)] for name, rows in nodes.items()}
    assert addresses == {
        "k01-control-plane": [("10.10.10.10", "eth1")],
        "k01-worker": [("10.10.10.11", "eth1")],
        "k01-worker2": [("10.10.10.12", "eth1")],
        "k01-worker3": [("10.10.20.20", "eth1")],
    }
    routes = {name: [(one["dst"], one["gateway"]) for one in described(rows, Route)] for name, rows in nodes.items()}
    assert routes == {
        "k01-control-plane": [("10.10.20.0/24", "10.10.10.1")],
        "k01-worker": [("10.10.20.0/24", "10.10.10.1")],
        "k01-worker2": [("10.10.20.0/24", "10.10.10.1")],
        "k01-worker3": [("10.10.10.0/24", "10.10.20.1")],
    }


def test_the_pool_of_the_overlay_lab_is_what_kubectl_shows_there(tmp_path: Path) -> None:
    adopted, _ = compiled("06-calico-overlay", tmp_path)
    pool = next(draft for draft in adopted.documents if draft.kind == "IPPool")
    assert (pool.name, pool.spec) == (
        "default-ipv4-ippool",
        {
            "cidr": "192.168.0.0/16",
            "blockSize": 26,
            "ipipMode": "Never",
            "vxlanMode": "CrossSubnet",
            "natOutgoing": True,
            "nodeSelector": "all()",
            "disableBGPExport": True,
        },
    )


def test_the_bgp_lab_keeps_its_router(tmp_path: Path) -> None:
    _, wanted = compiled("07-calico-bgp", tmp_path)
    switch = wanted["ceos01"]
    assert described(switch, Bgp) == [{"asn": 65001, "router_id": "10.10.10.1"}]
    assert [(one["name"], one["remote_as"]) for one in described(switch, BgpNeighbor)] == [("CALICO-K8S", 65010)]
    assert [(one["prefix"], one["peer_group"]) for one in described(switch, BgpListen)] == [
        ("10.10.10.0/24", "CALICO-K8S")
    ]


@pytest.mark.parametrize("lab", ["06-calico-overlay", "07-calico-bgp"])
def test_cables_are_in_their_sockets(lab: str, tmp_path: Path) -> None:
    adopted, _ = compiled(lab, tmp_path)
    switch = next(draft for draft in adopted.documents if draft.kind == "Switch")
    ends = {name: port["to"] for name, port in switch.spec["interfaces"].items()}
    assert list(ends.values()) == [
        f"{node}:eth1" for node in ("k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3")[: len(ends)]
    ]
