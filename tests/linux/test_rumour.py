"""Events of a node, line by line as iproute2 6.1 prints them: which of them are news of which reading."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Sequence

import pytest

from reconciler.core.driver import Reading, Rumours
from reconciler.core.resource import Resource, state_of
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import NextHop, Route
from reconciler.linux.rule import Rule
from reconciler.linux.rumour import MOST, LinuxRumours

BLOCK = Route(dst="192.168.1.0/26", gateway="10.10.10.10", dev="eth1", protocol=142)
LEGS = (NextHop(gateway="fd00:1::9", dev="eth1"), NextHop(gateway="fd00:1::8", dev="eth1"))
SIX = Route(dst="fd00:7::/64", protocol=142, metric=1024, nexthops=LEGS)
POD = Route(dst="10.9.9.1/32", dev="cali1", protocol=3, scope="link")
DHCP = Route(dst="0.0.0.0/0", gateway="172.20.20.1", dev="eth0", protocol=16)
VTEP = Neighbour(dev="vxlan.calico", dst="192.168.81.65", lladdr="02:00:00:00:00:01")
ENTRY = FdbEntry(dev="vxlan.calico", mac="02:00:00:00:00:01", dst="10.10.10.10")
OURS = Address(dev="eth1", local="10.10.10.11", prefixlen=24)
LEASED = Address(dev="eth0", local="172.20.20.5", prefixlen=24, broadcast="172.20.20.255", flags=("dynamic",))
RULE = Rule(priority=100, family=4, src="10.0.0.0/8", table=100, protocol=142)
ETH1 = Link(ifname="eth1", info_kind="veth", address="4e:ea:9e:5b:b4:4f", mtu=1500, txqlen=1000, up=True)
TUNNEL = Link(
    ifname="vxlan.calico",
    info_kind="vxlan",
    address="66:fb:ad:98:aa:13",
    mtu=1450,
    txqlen=0,
    up=True,
    alias="foo bar",
    id=4096,
    port=4789,
    local="10.10.10.11",
    lower="eth1",
    learning=False,
)
CALI = Link(ifname="cali1", info_kind="veth", address="ee:ee:ee:ee:ee:ee", mtu=1450, txqlen=0, up=True)
WANTED = state_of([BLOCK, SIX, VTEP, ENTRY, OURS, RULE, ETH1, TUNNEL])
WISH = {**WANTED, ETH1.key: Link(ifname="eth1", mtu=1500, up=True), TUNNEL.key: Link(ifname="vxlan.calico", up=True)}
READ = Reading({**WANTED, **state_of([POD, DHCP, LEASED, CALI])})

ROUTE = "[ROUTE]1 192.168.1.0/26 via 10.10.10.10 dev eth1 table 254 proto 142 scope 0 "
ROUTE_GONE = ROUTE.replace("]", "]Deleted ")
DETAILS = "promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 \\    "
VETH = (
    "[LINK]3: eth1@far: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group 0 \\    "
    f"link/[1] 4e:ea:9e:5b:b4:4f brd ff:ff:ff:ff:ff:ff {DETAILS}veth numtxqueues 2 numrxqueues 2 gso_max_segs 65535 "
)
VXLAN = (
    "[LINK]4: vxlan.calico: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group 0 \\    "
    f"link/[1] 66:fb:ad:98:aa:13 brd ff:ff:ff:ff:ff:ff {DETAILS}vxlan id 4096 local 10.10.10.11 dev eth1 srcport 0 0 "
    "dstport 4789 nolearning ttl auto ageing 300 udpcsum numtxqueues 1 numrxqueues 1 \\    alias foo bar"
)
RA = "[ADDR]2: eth0    inet6 2001:db8::5/64 scope 0 dynamic mngtmpaddr \\       valid_lft 86400sec preferred_lft 9sec"
LEASE = "[ADDR]2: eth0    inet 172.20.20.5/24 brd 172.20.20.255 scope 0 dynamic eth0\\       valid_lft 90sec"
GONE_POD = f"brd ff:ff:ff:ff:ff:ff link-netnsid 2 {DETAILS}veth numtxqueues 1 "
LEGS_LINE = (
    "[ROUTE]1 fd00:7::/64 table 254 proto 142 scope 0 metric 1024 pref medium"
    "\\\tnexthop via fd00:1::9 dev eth1 weight 1 \\\tnexthop via fd00:1::8 dev eth1 weight 1 "
)
KNOWN = {
    "a route": [ROUTE],
    "a route by two ways": [LEGS_LINE],
    "a neighbour": ["[NEIGH]192.168.81.65 dev vxlan.calico lladdr 02:00:00:00:00:01 PERMANENT "],
    "an FDB entry, twice": [
        "02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.10 self permanent",
        "[NEIGH]10.10.10.10 dev vxlan.calico lladdr 02:00:00:00:00:01 NOARP PERMANENT ",
    ],
    "an address": ["[ADDR]3: eth1    inet 10.10.10.11/24 scope 0 eth1\\       valid_lft forever preferred_lft forever"],
    "a rule": ["[RULE]100:\tfrom 10.0.0.0/8 lookup 100 proto 142"],
    "interfaces": [VETH, VXLAN],
    "a port of a bridge": ["[LINK]3: eth1@far: <UP,LOWER_UP> mtu 1500 state UP \\    link/[1] 4e:ea:9e:5b:b4:4f"],
    "what has gone and is not there": ["[ROUTE]Deleted 1 10.7.0.0/16 dev eth1 table 254 proto 142 scope 253 "],
    "made anew with other words": [ROUTE_GONE.replace("proto 142", "proto 3"), ROUTE],
    "changed and put right": [ROUTE.replace("10.10.10.10", "10.10.10.12"), ROUTE],
}
NOISE = {
    "who was seen on the link": [
        "[NEIGH]10.10.10.98 dev eth1 lladdr 02:00:00:00:00:02 REACHABLE ",
        "[NEIGH]10.10.10.98 dev eth1 lladdr 02:00:00:00:00:02 STALE ",
        "[NEIGH]10.10.10.98 dev eth1 FAILED ",
        "[NEIGH]fe80::1 dev eth0 lladdr 02:00:00:00:00:02 router REACHABLE ",
        "[NEIGH]Deleted ff02::16 dev eth1 lladdr 33:33:00:00:00:16 NOARP ",
    ],
    "what a bridge learned": [
        "02:42:ac:00:00:02 dev veth1234 master br0 ",
        "[NEIGH]dev veth1234 lladdr 02:42:ac:00:00:02 REACHABLE ",
        "Deleted 02:42:ac:00:00:02 dev veth1234 master br0 stale",
        "02:00:00:00:00:09 dev vxlan0 dst 10.10.10.99 self ",
    ],
    "a pod": [
        f"[LINK]9: cali7@if2: <> mtu 1450 qdisc noop state DOWN group 0 \\    link/[1] ee:ee:ee:ee:ee:ee {GONE_POD}",
        "[ROUTE]1 10.9.9.7 dev cali7 table 254 proto 3 scope 253 ",
        "[NEIGH]10.9.9.7 dev cali7 lladdr 02:00:00:00:00:07 REACHABLE ",
        "[ROUTE]Deleted 1 10.9.9.1 dev cali1 table 254 proto 3 scope 253 ",
        f"[LINK]Deleted 8: cali1@if2: <> mtu 1450 qdisc noop state DOWN \\    link/[1] ee:ee:ee:ee:ee:ee {GONE_POD}",
    ],
    "lifetimes": [RA, RA.replace("86400", "86399"), LEASE, LEASE.replace("90sec", "89sec")],
    "others' routes": [
        "[ROUTE]1 10.77.0.0/16 via 10.10.10.99 dev eth1 table 254 proto 186 scope 0 ",
        "[ROUTE]Deleted 1 default via 172.20.20.1 dev eth0 table 254 proto 16 scope 0 ",
        "[ROUTE]1 10.78.0.0/16 via 10.10.10.99 dev eth1 table 254 proto 186 scope 0 mtu lock 1400 newword 7 ",
    ],
    "the kernel's own books": [
        "[ROUTE]2 10.10.10.11 dev eth1 table 255 proto 2 scope 254 src 10.10.10.11 ",
        "[ROUTE]5 ff00::/8 dev eth1 table 255 proto 2 scope 0 metric 256 pref medium",
        "[ROUTE]1 fd00:7::5 via fd00:1::9 dev eth1 table 254 proto 2 metric 0 \\    cache expires 599sec",
    ],
    "next hop objects that nothing uses": [
        "[NEXTHOP]id 7 via 10.10.10.10 dev eth1 scope 253 proto 0 ",
        "\tnh_info id 7 ",
    ],
}
NEWS = {
    "route 192.168.1.0/26 table 254 metric 0 was deleted": [[ROUTE_GONE], [ROUTE, ROUTE_GONE]],
    "route 192.168.1.0/26 table 254 metric 0 changed": [
        [ROUTE.replace("10.10.10.10", "10.10.10.12")],
        [ROUTE.replace("proto 142", "proto 3")],
        [ROUTE.replace("scope 0", "scope 0 newword 7")],
        [ROUTE_GONE, ROUTE],  # another one with its key may be the first now
        [ROUTE.replace("scope 0", "scope 0 advmss 1300")],
    ],
    "route fd00:7::/64 table 254 metric 1024 was deleted": [
        ["[ROUTE]Deleted 1 fd00:7::/64 via fd00:1::8 dev eth1 table 254 proto 142 scope 0 metric 1024 pref medium"],
    ],
    "route 10.5.0.0/16 table 254 metric 0 was added": [
        ["[ROUTE]1 10.5.0.0/16 dev eth9 table 254 proto 142 scope 253 "]
    ],
    "neighbour 192.168.81.65 dev vxlan.calico was deleted": [
        ["[NEIGH]192.168.81.65 dev vxlan.calico lladdr 02:00:00:00:00:01 STALE "],
        ["[NEIGH]Deleted 192.168.81.65 dev vxlan.calico lladdr 02:00:00:00:00:01 PERMANENT "],
    ],
    "fdb 02:00:00:00:00:01 dev vxlan.calico was deleted": [
        ["Deleted 02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.10 self permanent"],
        ["02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.10 self static"],
    ],
    "fdb 02:00:00:00:00:01 dev vxlan.calico changed": [
        ["02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.10 port 4790 self permanent"],
        ["02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.11 self permanent"],
    ],
    "address 10.10.10.11/24 dev eth1 changed": [
        ["[ADDR]3: eth1    inet 10.10.10.11/24 scope 0 secondary eth1\\       valid_lft forever preferred_lft forever"],
    ],
    "address 10.66.0.1/24 dev eth1 was deleted": [  # the last address of an interface takes its routes along
        [
            "[ADDR]3: eth1    inet 10.66.0.1/24 scope 0 eth1\\   ",
            "[ADDR]Deleted 3: eth1    inet 10.66.0.1/24 scope 0 eth1\\   ",
        ],
    ],
    "link eth1 changed": [
        [VETH.replace("UP,LOWER_UP", "M-DOWN")],
        [VETH.replace("UP,LOWER_UP", "M-DOWN"), VETH],
        [VETH.replace("mtu 1500", "mtu 1400")],
        [VETH.replace("noqueue", "noqueue master br0")],
        [VETH.replace("4e:ea", "4e:eb")],
        [VETH.replace("veth num", "dummy num")],
        [VETH + "\\    alias x"],
    ],
    "link vxlan.calico changed": [
        [VXLAN.replace(old, new)]
        for old, new in {
            "id 4096": "id 4097",
            "local 10.10.10.11 ": "",
            "dev eth1": "dev eth2",
            "4789": "8472",
            " nolearning": "",
            "4096 local": "4096 remote 10.10.10.9 local",
            "ttl auto": "ttl auto gbp",
            "foo bar": "foo",
            "\\    alias foo bar": "",
        }.items()
    ],
    "link vxlan.calico was deleted": [[VXLAN.replace("]4:", "]Deleted 4:")]],
    "link new0 was added": [[VETH.replace("eth1@far", "new0")]],
    "rule 100: from 10.0.0.0/8 lookup 100 was deleted": [["[RULE]Deleted 100:\tfrom 10.0.0.0/8 lookup 100 proto 142"]],
    "rule 100: from 10.0.0.0/8 lookup 100 was added": [["[RULE]100:\tfrom 10.0.0.0/8 lookup 100 proto 3"]],
    "rule 7: from all lookup 100 was added": [["[RULE]7:\tfrom all lookup 100 proto 0"]],
    "the watch says: ready": [["ready"]],
    "the watch says: ended ip 137": [["ended ip 137"]],
    "the watch says: stderr: netlink receive error No buffer space available (105)": [
        ["stderr: netlink receive error No buffer space available (105)"],
    ],
    "heard what is not understood: '[ROUTE]1'": [["[ROUTE]1"]],
    "heard what is not understood: '[LINK]'": [["[LINK]"]],
    "heard what is not understood: '[ADDR]3: eth1    inet x'": [["[ADDR]3: eth1    inet x"]],
    "heard what is not understood: '[NEIGH]'": [["[NEIGH]"]],
    "heard what is not understood: ''": [[""]],
}


def owns(resource: Resource) -> bool:
    return getattr(resource, "protocol", None) == 142 or resource.link == "vxlan.calico"


def news(lines: Sequence[str], reading: Reading = READ) -> str:
    rumours = LinuxRumours()
    for line in lines:
        rumours.hear(line)
    told = rumours.news(reading, WISH, owns)
    assert rumours.news(reading, WISH, owns) == "", "what was judged is forgotten"
    return told


@pytest.mark.parametrize("name", KNOWN)
def test_what_the_reading_shows_is_no_news(name: str) -> None:
    """Our own changes, once they were read back."""
    assert news(KNOWN[name]) == ""
    assert news([*KNOWN[name], *KNOWN[name]]) == ""


@pytest.mark.parametrize("name", NOISE)
def test_what_nobody_wants_nor_owns_is_no_news(name: str) -> None:
    assert news(NOISE[name]) == ""


@pytest.mark.parametrize(("told", "lines"), [(told, lines) for told, all_of_it in NEWS.items() for lines in all_of_it])
def test_what_the_reading_does_not_show_is_news(told: str, lines: Sequence[str]) -> None:
    assert news(lines) == told


def test_a_strangers_route_on_a_wanted_key_is_news() -> None:
    """Also where what was wanted is not there."""
    stranger = ROUTE.replace("proto 142", "proto 186")
    without = Reading({key: one for key, one in READ.found.items() if key != BLOCK.key})
    assert news([stranger], without) == "route 192.168.1.0/26 table 254 metric 0 was added"


def test_a_silent_next_hop_object_is_news_where_a_route_of_ours_hangs_on_it() -> None:
    hanging = Route(dst="10.6.0.0/16", gateway="10.10.10.10", dev="eth1", protocol=142, extra=("nhid 7",))
    reading = Reading({**READ.found, hanging.key: hanging})
    assert news(["[NEXTHOP]Deleted id 7 via 10.10.10.10 dev eth1 "], reading) == "a next hop object changed"
    assert news(["[ROUTE]1 10.6.0.0/16 nhid 7 via 10.10.10.10 dev eth1 table 254 proto 142 scope 0 "], reading) == ""


def test_an_interface_whose_queue_is_wanted_is_read_at_each_word_of_it() -> None:
    """No event shows `txqueuelen`."""
    rumours: Rumours = LinuxRumours()
    rumours.hear(VETH)
    assert rumours.news(READ, {ETH1.key: ETH1}, owns) == "link eth1 changed, perhaps its queue"


def test_a_storm_costs_little_time_and_little_memory() -> None:
    """10,000 flaps of one route; and of so many routes that it is given up to keep them apart."""
    rumours = LinuxRumours()
    tracemalloc.start()
    for n in range(3 * MOST):
        rumours.hear(f"[ROUTE]1 10.{n >> 8}.{n & 255}.0/24 via 10.10.10.10 dev eth1 table 254 proto 142 scope 0 ")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000
    assert rumours.news(READ, WISH, owns) == f"more than {MOST} entries changed at once"
    began = time.thread_time()
    for _ in range(10_000):
        rumours.hear(ROUTE_GONE)
        rumours.hear(ROUTE)
    assert time.thread_time() - began < 0.5, "20 times what it takes"
    assert rumours.news(READ, WISH, owns) == "route 192.168.1.0/26 table 254 metric 0 changed"


def test_whatever_comes_is_judged() -> None:
    """A line that is cut short, or is no line of iproute2's at all, raises nothing and says something."""
    for line in (LEASE, *(one for lines in KNOWN.values() for one in lines)):
        for end in range(len(line)):
            news([line[:end]])
            assert news([json.dumps(line[:end])]).startswith("heard what is not understood")
