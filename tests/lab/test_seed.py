"""From nothing to desired: the devices print the lesson's lines, pods ping, and a second run has nothing to do."""

from __future__ import annotations

import re

from tests.lab.conftest import Field

WORKER_ROUTES = """\
192.168.23.64/26 via 10.10.10.10 dev eth1 proto 80 onlink
blackhole 192.168.81.64/26 proto 80
192.168.164.128/26 via 10.10.10.12 dev eth1 proto 80 onlink
192.168.209.64/26 via 192.168.209.64 dev vxlan.calico onlink
"""
WORKER2_ROUTES = """\
192.168.23.64/26 via 10.10.10.10 dev eth1 proto 80 onlink
192.168.81.64/26 via 10.10.10.11 dev eth1 proto 80 onlink
blackhole 192.168.164.128/26 proto 80
192.168.209.64/26 via 192.168.209.64 dev vxlan.calico onlink
"""
WORKER3_ROUTES = """\
192.168.23.64/26 via 192.168.23.64 dev vxlan.calico onlink
192.168.81.64/26 via 192.168.81.64 dev vxlan.calico onlink
192.168.164.128/26 via 192.168.164.128 dev vxlan.calico onlink
blackhole 192.168.209.64/26 proto 80
"""
WORKER3_NEIGHBOURS = {
    "192.168.81.64 dev vxlan.calico lladdr 66:fb:ad:98:aa:13 PERMANENT",
    "192.168.164.128 dev vxlan.calico lladdr 66:c7:4d:6e:6b:f3 PERMANENT",
    "192.168.23.64 dev vxlan.calico lladdr 66:15:9d:fa:c6:aa PERMANENT",
}
DEVICE = "vxlan.calico: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default qlen 1000"


def stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def grep(field: Field, node: str, command: str, pattern: str) -> list[str]:
    return [line for line in stripped(field.shown(node, *command.split())) if re.search(pattern, line)]


def test_nodes_print_the_lessons_routes(converged: Field) -> None:
    for node, wanted in (
        ("k01-worker", WORKER_ROUTES),
        ("k01-worker2", WORKER2_ROUTES),
        ("k01-worker3", WORKER3_ROUTES),
    ):
        assert grep(converged, node, "ip route", "/26") == wanted.splitlines()


def test_nodes_print_the_lessons_tunnel(converged: Field) -> None:
    assert grep(converged, "k01-worker", "ip route", "192.168.209.64") == [
        "192.168.209.64 dev vxlan.calico scope link",
        "192.168.209.64/26 via 192.168.209.64 dev vxlan.calico onlink",
    ]
    assert set(grep(converged, "k01-worker3", "ip neighbor show", "vxlan")) == WORKER3_NEIGHBOURS
    assert grep(converged, "k01-worker3", "bridge fdb show", "66:fb:ad:98:aa:13") == [
        "66:fb:ad:98:aa:13 dev vxlan.calico dst 10.10.10.11 self permanent"
    ]
    for node, address in (("k01-worker", "192.168.81.64"), ("k01-worker3", "192.168.209.64")):
        shown = stripped(converged.shown(node, "ip", "addr", "show", "vxlan.calico"))
        assert shown[0].partition(": ")[2] == DEVICE
        assert f"    inet {address}/32 scope global vxlan.calico" in shown
    assert "66:d2:0c:f0:ef:e5" in converged.shown("k01-worker3", "ip", "link", "show", "type", "vxlan")


def test_the_switch_prints_the_lessons_tables(converged: Field) -> None:
    vlans = stripped(converged.shown("ceos01", "show vlan"))
    assert "10    Calico-Network                   active    Cpu, Et1, Et2, Et3" in vlans
    assert "20    Calico-Network-2                 active    Cpu, Et4" in vlans
    brief = [line.split() for line in stripped(converged.shown("ceos01", "show ip interface brief"))]
    assert ["Vlan10", "10.10.10.1/24", "up", "up", "1500"] in brief
    assert ["Vlan20", "10.10.20.1/24", "up", "up", "1500"] in brief
    assert ["Management0", "172.20.20.2/24", "up", "up", "1500"] in brief
    routes = " ".join(converged.shown("ceos01", "show ip route").split())
    assert "Gateway of last resort is not set" in routes
    for network, port in (("10.10.10.0/24", "Vlan10"), ("10.10.20.0/24", "Vlan20"), ("172.20.20.0/24", "Management0")):
        assert f"C {network} directly connected, {port}" in routes


def test_pods_and_nodes_reach_each_other(converged: Field) -> None:
    assert converged.pings()


def test_a_second_run_has_nothing_to_do(converged: Field) -> None:
    assert re.fullmatch(r"In sync: 5 devices, \d+ resources\.", converged.command("--dry-run").strip())
    assert "In sync" in converged.command("--yes")


def test_the_lessons_cluster_objects(converged: Field) -> None:
    pool = converged.shown("k01-control-plane", "kubectl", "get", "ippools", "default-ipv4-ippool", "-o", "yaml")
    for line in ("cidr: 192.168.0.0/16", "vxlanMode: CrossSubnet", "blockSize: 26", "disableBGPExport: true"):
        assert line in pool


def test_it_is_saved_on_the_switch(converged: Field) -> None:
    assert converged.shown("ceos01", "show running-config diffs").strip() == ""
