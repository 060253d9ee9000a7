"""The flannel seed's lab: nodes and pods print the lesson's lines once the reconciler has filled the tables."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from reconciler.lab import breaks
from reconciler.lab.facts import vtep_mac
from tests.lab.conftest import Field, field, lines

FIRST, SECOND = "k01-control-plane", "k01-worker"
"""The lesson's Node 1 and Node 2: 10.42.0.0/24 and 10.42.1.0/24."""


@pytest.fixture(scope="module")
def flannel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    for made in field(tmp_path_factory.mktemp("state"), "--cni", "flannel"):
        made.desired = made.lab.folder / "desired"
        made.converge()
        yield made


def printed(field: Field, node: str, command: str) -> list[str]:
    return [line.rstrip() for line in field.shown(node, *command.split()).splitlines()]


def in_pod(field: Field, node: str, command: str) -> list[str]:
    namespace = field.lab.member(node).pods[0].namespace
    ran = subprocess.run(["ip", "-n", namespace, *command.split()], text=True, capture_output=True, check=True)
    return [line.rstrip() for line in ran.stdout.splitlines()]


def mac_of(field: Field, node: str) -> str:
    return vtep_mac(field.lab.overlay, node, 4)


def test_the_forwarding_database(flannel: Field) -> None:
    """``aa:bb:cc:dd:ee:ff dst 192.168.1.20 self permanent``, with this lab's MAC and address."""
    shown = printed(flannel, FIRST, "bridge fdb show dev flannel.1")
    assert f"{mac_of(flannel, SECOND)} dst 10.10.10.11 self permanent" in shown
    assert len(shown) == 3


def test_the_neighbours(flannel: Field) -> None:
    """``10.42.1.0 lladdr aa:bb:cc:dd:ee:ff PERMANENT``."""
    shown = printed(flannel, FIRST, "ip neigh show dev flannel.1")
    assert f"10.42.1.0 lladdr {mac_of(flannel, SECOND)} PERMANENT" in shown
    assert len(shown) == 3


def test_the_routes(flannel: Field) -> None:
    """The lesson leaves out what follows the device's name."""
    shown = printed(flannel, FIRST, "ip route")
    assert "10.42.0.0/24 dev cni0 proto kernel scope link src 10.42.0.1" in shown
    assert [line for line in shown if "flannel" in line] == [
        f"10.42.{number}.0/24 via 10.42.{number}.0 dev flannel.1 onlink" for number in (1, 2, 3)
    ]


def test_the_device(flannel: Field) -> None:
    """VNI 1, UDP port 8472, an MTU of 1450, the subnet's own address, no queue."""
    shown = printed(flannel, FIRST, "ip -d address show flannel.1")
    assert shown[0].endswith("<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default")
    assert f"link/ether {mac_of(flannel, FIRST)}" in shown[1]
    assert "vxlan id 1 local 10.10.10.10 dev eth1 srcport 0 0 dstport 8472 nolearning" in shown[2]
    assert "    inet 10.42.0.0/32 scope global flannel.1" in shown


def test_a_pod(flannel: Field) -> None:
    """``default via 10.42.0.1 dev eth0``, an address of the node's subnet, and room for VXLAN's 50 bytes."""
    assert "default via 10.42.0.1 dev eth0" in in_pod(flannel, FIRST, "route")
    assert "mtu 1450" in in_pod(flannel, FIRST, "link show eth0")[0]
    (address,) = flannel.lab.member(FIRST).pods[0].addresses
    assert address in ip_network("10.42.0.0/24")


def test_pods_reach_each_other_through_the_tunnel(flannel: Field) -> None:
    assert flannel.pings()
    (link,) = json.loads(flannel.shown(FIRST, "ip", "-j", "-s", "link", "show", "flannel.1"))
    assert min(link["stats64"][way]["packets"] for way in ("rx", "tx")) >= 3
    assert lines(flannel.plan(code=0)) == []


def test_flanneld_would_not_but_we_repair(flannel: Field) -> None:
    """flanneld never looks at the kernel again (reference, 8.3): what is gone stays gone until it restarts."""
    names = ("fdb-deleted", "neighbour-mac", "route-tunnel-deleted", "vxlan-mtu", "fdb-stale", "route-protocol")
    chosen = [deed for number, name in enumerate(names) for deed in breaks.by_name(flannel.lab, name, seed=number)]
    for deed in chosen:
        deed.commit()
    wanted = [(row.device, row.verb, row.kind, row.name) for deed in chosen for row in deed.broken]
    assert sorted(lines(json.loads(flannel.command("--yes", "-o", "json")))) == sorted(wanted)
    assert flannel.pings()


def test_a_device_that_is_gone_comes_back_with_all_that_stood_on_it(flannel: Field) -> None:
    flannel.shown(FIRST, "ip", "link", "del", "flannel.1")
    found = lines(json.loads(flannel.command("--yes", "-o", "json")))
    assert {line[:3] for line in found} == {
        (FIRST, "create", kind) for kind in ("link", "address", "neighbour", "fdb", "route")
    }
    assert lines(flannel.plan(code=0)) == []
    assert flannel.pings()
