"""Exec lines: what is understood of them, and what is said of all others."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.adopt.containerlab.commands import NotUnderstood, commands
from reconciler.adopt.containerlab.node import node_state
from reconciler.adopt.containerlab.topology import Line


def spec_of(*lines: str) -> dict[str, Any]:
    state, remarks = node_state([Line(text, number) for number, text in enumerate(lines, 1)], "lab.clab.yaml")
    assert remarks == []
    return state.spec()


def route(**fields: object) -> dict[str, Any]:
    return {"routes": [{"protocol": 3, **fields}]}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ip addr add dev eth1 10.0.0.1/24", ["10.0.0.1/24"]),
        ("ip address replace 10.0.0.1/24 brd + dev eth1", ["10.0.0.1/24"]),
        ("/sbin/ip a a 10.0.0.1 dev eth1", ["10.0.0.1/32"]),
        ("ip -6 addr add FD00::1/64 dev eth1", ["fd00::1/64"]),
        ("ip addr add 10.0.0.1/24 dev eth1 scope link", [{"address": "10.0.0.1/24", "scope": "link"}]),
        ("ip addr add 10.0.0.1 peer 10.0.0.2/31 dev eth1", [{"address": "10.0.0.1/31", "peer": "10.0.0.2"}]),
        ("ip addr add 10.0.0.1/24 brd 10.0.0.9 dev eth1", [{"address": "10.0.0.1/24", "broadcast": "10.0.0.9"}]),
        ("sh -c 'ip addr add 10.0.0.1/24 dev eth1; ip addr add 10.0.0.2/24 dev eth1'", ["10.0.0.1/24", "10.0.0.2/24"]),
    ],
)
def test_addresses(line: str, expected: list[Any]) -> None:
    assert spec_of(line) == {"interfaces": {"eth1": {"addresses": expected}}}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ip route add 10.2.0.0/24 via 10.0.0.1", route(dst="10.2.0.0/24", via="10.0.0.1")),
        ("ip route replace 10.2.0.9 dev eth1 metric 7", route(dst="10.2.0.9/32", dev="eth1", metric=7)),
        ("ip r add to default via 10.0.0.1 dev eth1", route(dst="default", via="10.0.0.1", dev="eth1")),
        ("ip -6 r a default via fd00::1", route(dst="::/0", via="fd00::1")),
        ("ip route add default via fd00::1", route(dst="::/0", via="fd00::1")),
        ("ip route add fd00:9::/64 via inet6 fd00::1", route(dst="fd00:9::/64", via="fd00::1")),
        ("ip route add any dev eth1 onlink protocol bird", route(dst="default", dev="eth1", onlink=True, protocol=12)),
        ("ip route add 10.2.0.0/24 dev eth1 proto kernel", route(dst="10.2.0.0/24", dev="eth1", protocol=2)),
        (
            "ip route add 10.2.0.0/24 dev eth1 table 7 preference 9 initrwnd 5 scope host src 10.0.0.9",
            route(dst="10.2.0.0/24", dev="eth1", table=7, metric=9, initrwnd=5, scope="host", src="10.0.0.9"),
        ),
        (
            "ip route add 10.2.0.0/24 nexthop via 10.0.0.1 onlink",
            route(dst="10.2.0.0/24", nexthops=[{"via": "10.0.0.1", "onlink": True}]),
        ),
        ("ip route add blackhole 10.3.0.0/16 proto static", route(type="blackhole", dst="10.3.0.0/16", protocol=4)),
        (
            "ip route add 10.2.0.0/24 dev eth1 table main mtu 1400",
            route(dst="10.2.0.0/24", dev="eth1", table=254, mtu=1400),
        ),
        (
            "ip route add 10.2.0.0/24 nexthop via 10.0.0.1 dev eth1 weight 2 nexthop via 10.0.0.2",
            route(dst="10.2.0.0/24", nexthops=[{"via": "10.0.0.1", "dev": "eth1", "weight": 2}, {"via": "10.0.0.2"}]),
        ),
    ],
)
def test_routes(line: str, expected: dict[str, Any]) -> None:
    assert spec_of(line) == expected


def test_a_route_goes_where_its_gateway_is_a_neighbour() -> None:
    lines = ("ip addr add 10.0.0.9/24 dev eth1", "ip route add 10.2.0.0/24 via 10.0.0.1")
    assert spec_of(*lines)["routes"] == [{"dst": "10.2.0.0/24", "via": "10.0.0.1", "protocol": 3, "dev": "eth1"}]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["ip route del default", "ip route add default via 10.0.0.1"], route(dst="default", via="10.0.0.1")),
        (
            ["sh -c 'ip r d default dev eth0 || true; ip r a default via 10.0.0.1'"],
            route(dst="default", via="10.0.0.1"),
        ),
        (["ip route add 10.2.0.0/24 dev eth1", "ip route delete 10.2.0.0/24"], {}),
        (
            ["ip route add 10.2.0.0/24 dev eth1", "ip route del 10.2.0.0/24 dev eth2"],
            route(dst="10.2.0.0/24", dev="eth1"),
        ),
        (["ip addr add 10.0.0.1/24 dev eth1", "ip addr flush dev eth1"], {"interfaces": {"eth1": {"addresses": []}}}),
        (["ip addr flush dev eth1", "ip addr del 10.0.0.1/24 dev eth1", "ip link del br0"], {}),
        (["ip link add br0 type bridge", "ip link delete br0"], {}),
    ],
)
def test_what_is_deleted_is_not_there(lines: list[str], expected: dict[str, Any]) -> None:
    """The default route that docker makes, which many take away first, was none of ours."""
    assert spec_of(*lines) == expected


def test_the_last_route_of_a_key_counts() -> None:
    lines = ("ip route add 10.2.0.0/24 via 10.0.0.1", "ip route replace 10.2.0.0/24 via 10.0.0.2")
    assert spec_of(*lines) == route(dst="10.2.0.0/24", via="10.0.0.2")


def test_interfaces() -> None:
    lines = (
        "ip link set dev eth1 mtu 9000 address 02:00:00:00:00:01 up",
        "ip link set down eth2",
        "ip link set up dev eth3",
        "ip link add vx9 type vxlan id 9 dstport 4789 dev eth1 nolearning",
        "ip link add vx8 type vxlan vni 8 group 239.0.0.8",
        "ip link set eth4 qlen 5",
        "echo done",
    )
    assert spec_of(*lines) == {
        "interfaces": {
            "eth1": {"mtu": 9000, "mac": "02:00:00:00:00:01"},
            "eth2": {"up": False},
            "vx9": {"vxlan": {"id": 9, "dev": "eth1"}},
            "vx8": {"vxlan": {"port": 8472, "learning": True, "id": 8, "group": "239.0.0.8"}},
            "eth4": {"txqlen": 5},
        }
    }


@pytest.mark.parametrize(
    "line",
    [
        "ip addr add 10.0.0.1/24",
        "ip addr add dev eth1",
        "ip addr add 10.0.0.1/24 10.0.0.2/24 dev eth1",
        "ip addr add 10.0.0.1/24 dev eth1 scope wide",
        "ip addr add 10.0.0.1/24 dev eth1 label eth1:0",
        "ip addr change 10.0.0.1/24 dev",
        "ip route add 10.2.0.0/24 dev eth1 metric 4294967296",
        "ip route add 10.2.0.0/24 dev eth1 metric few",
        "ip route add 10.2.0.0/24 dev eth1 metric 00000000001",
        "ip route add 10.2.0.0/24 dev eth1 mtu lock 1400",
        "ip route add 10.2.0.0/24 nexthop via 10.0.0.1 realm 4",
        "ip link set eth1 promisc on",
        "ip link set eth1 eth2 up",
        "ip link set up",
        "ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth1 proxy",
        "ip neigh del 10.0.0.1 dev eth1",
        "ip addr add 10.0.0.1/24 dev eth0",
        "ip addr add 10.0.0.999/24 dev eth1",
        "ip route add 10.2.0.5/24 via 10.0.0.1",
        "ip route add via 10.0.0.1",
        "ip route flush 10.2.0.0/24",
        "ip link del dev eth1 now",
        "ip route add 10.2.0.0/24 via 10.0.0.1 encap mpls 100",
        "ip route set 10.2.0.0/24 via 10.0.0.1",
        "ip link set eth1 netns 1",
        "ip link set eth1 master bond0",
        "ip link add eth1.10 link eth1 type vlan id 10",
        "ip link add link eth1 name eth1.10 type vlan id 10",
        "ip netns exec blue ip addr add 10.0.0.1/24 dev eth1",
        "ip -n blue addr add 10.0.0.1/24 dev eth1",
        "ip neigh add 10.0.0.2 dev eth1",
        "ip",
        "sysctl -w net.ipv4.ip_forward=1",
        "bash -c 'ip addr add $(hostname -i)/24 dev eth1'",
        "sh -c 'ip addr add 10.0.0.1/24 dev eth1 | tee log'",
        "sh -c 'ip addr add 10.0.0.1/24 dev eth1 || reboot'",
        "ip addr add '10.0.0.1/24 dev eth1",
        "ip addr add 10.0.0.1/24 dev eth1 \x00",
    ],
)
def test_what_is_not_understood_is_told_and_changes_nothing(line: str) -> None:
    state, remarks = node_state([Line(line, 7)], "lab.clab.yaml")
    assert [(one.file, one.line) for one in remarks] == [("lab.clab.yaml", 7)]
    assert state.spec() == {}


def test_a_line_that_is_a_program_is_not_followed() -> None:
    with pytest.raises(NotUnderstood):
        list(commands(Line("ip addr add 10.0.0.1/24 dev eth1 " * 1000, 1)))


@pytest.mark.parametrize(
    "line",
    [
        "vtysh -c 'configure' -c 'neighbor 10.0.0.1 password hunter2'",
        "sh -c \"echo 'root:hunter2' | chpasswd\"",
        "sh -c 'ip link set eth1 up; useradd -p hunter2$ root'",
        "TOKEN=hunter2 join",
        "ip xfrm state add src 1.1.1.1 dst 1.1.1.2 proto esp spi 1 enc aes hunter2",
        "ip netns exec blue login hunter2",
    ],
)
def test_a_secret_in_a_command_is_not_repeated(line: str) -> None:
    _, remarks = node_state([Line(line, 1)], "x")
    assert "hunter2" not in str(remarks[0])
