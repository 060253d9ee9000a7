"""What would lead a node's packets back to us elsewhere is found, and nothing else is."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading
from reconciler.core.limits import own_session
from reconciler.core.resource import Key, Resource, state_of
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import NextHop, Route

from .node import DRIVER

MAC = "02:00:00:00:00:01"
OTHER = "02:00:00:00:00:99"
Row = dict[str, Any]
RULES: list[Row] = [{"src": "all", "table": table} for table in ("255", "254")]
ON_LINK: Row = {"type": "1", "dst": "172.20.20.0/24", "dev": "eth0", "protocol": "2", "scope": "253", "flags": []}
DEFAULT: Row = ON_LINK | {"dst": "default", "gateway": "172.20.20.254", "protocol": "3", "scope": "0"}
LEGS = [{"gateway": f"172.20.20.{n}", "dev": "eth0", "weight": 1, "flags": []} for n in (253, 254)]
BALANCED: Row = {name: value for name, value in DEFAULT.items() if name not in ("gateway", "dev")} | {"nexthops": LEGS}
SIX: Row = {"type": "1", "dst": "fd00::/64", "dev": "eth0", "protocol": "2", "scope": "0", "metric": 256, "flags": []}
TUNNELLED = DEFAULT | {"table": "51820"}


def node(
    route: Row, client: str = "172.20.20.1", rules: list[Row] | None = None, server: str = "172.20.20.4"
) -> Reading:
    """A node with eth0 (us) and eth1, as iproute2 prints it; ``route`` leads back to ``client``."""
    home = [("172.20.20.4", 24), ("fd00::4", 64)]
    links = [_link("eth0", *home), _link("eth1", ("10.10.10.11", 24)), _link("eth2", ("172.20.20.77", 25), up=False)]
    mac = {"dst": route.get("gateway", client), "dev": "eth0", "lladdr": MAC, "state": ["STALE"]}
    lines = [f"{server} {client}", *(json.dumps(rows) for rows in ([route], [mac]))]
    policy = [{"priority": 10 * place} | rule for place, rule in enumerate(RULES if rules is None else rules)]
    four = [ON_LINK | {"table": "254"}]
    tables = [links, four, [SIX | {"table": "254"}], [], [], policy, policy]
    said = [*map(json.dumps, tables), "", "\n".join(lines) + "\n", ""]
    return DRIVER.read([Answer(text) for text in said])


def _link(name: str, *addresses: tuple[str, int], up: bool = True) -> Row:
    infos = [{"local": local, "prefixlen": length, "scope": "0"} for local, length in addresses]
    return {"ifname": name, "flags": ["UP"] if up else [], "mtu": 1500, "addr_info": infos}


def to(dst: str, **fields: Any) -> Route:
    return Route(dst=dst, protocol=142, **fields)


def verdict(reading: Reading, want: Resource) -> str | None:
    return own_session([Change(reading.found.get(want.key), want)], reading.session, reading.way)


AWAY = "packets back to us (172.20.20.1) would take it instead of 172.20.20.0/24 dev eth0"
END = "packets back to us (172.20.20.1) would end there instead of taking 172.20.20.0/24 dev eth0"
CUTS: list[tuple[Resource, str]] = [
    (to("172.20.20.1/32", type="blackhole"), END),
    (to("172.20.20.0/25", type="unreachable"), END),
    (to("172.20.20.1/32", gateway="10.10.10.1", dev="eth1"), AWAY),
    (to("172.20.20.0/25", gateway="10.10.10.1"), AWAY),
    (to("172.20.20.1/32", gateway="172.20.20.9", dev="eth0"), AWAY),
    (to("172.20.20.1/32", dev="eth1"), AWAY),
    (to("172.20.20.1/32", nexthops=(NextHop(dev="eth0"), NextHop(gateway="10.10.10.1", dev="eth1"))), AWAY),
    (to("172.20.20.1/32", type="blackhole", table=255), END),
    (Neighbour(dev="eth0", dst="172.20.20.1", lladdr=OTHER), f"would go to {OTHER} instead of {MAC}"),
    (Address(dev="eth1", local="172.20.20.1", prefixlen=32), END),
    (Address(dev="eth1", local="172.20.20.9", prefixlen=25), AWAY),
    (Address(dev="eth1", local="172.20.20.9", prefixlen=24), AWAY),
    (Address(dev="eth1", local="10.9.9.9", peer="172.20.20.1", prefixlen=32), AWAY),
]
HARMLESS: list[Resource] = [
    Address(dev="eth0", local="172.20.20.2", prefixlen=31, peer="172.20.20.1"),
    to("172.20.20.128/25", type="blackhole"),
    to("172.20.0.0/16", gateway="10.10.10.1", dev="eth1"),
    to("0.0.0.0/0", gateway="10.10.10.1", dev="eth1"),
    to("172.20.20.0/24", gateway="10.10.10.1", dev="eth1", metric=100),
    to("172.20.20.1/32", type="blackhole", table=77),
    to("172.20.20.1/32", dev="eth0", scope="link"),
    to("172.20.20.1/32", gateway="172.20.20.1", dev="eth0"),
    to("::/0", type="blackhole"),
    Neighbour(dev="eth0", dst="172.20.20.1", lladdr=MAC),
    Neighbour(dev="eth1", dst="172.20.20.1", lladdr=OTHER),
    Neighbour(dev="eth0", dst="172.20.20.7", lladdr=OTHER),
    Address(dev="eth0", local="172.20.20.9", prefixlen=25),
    Address(dev="eth1", local="172.20.20.200", prefixlen=25),
    Address(dev="eth1", local="172.20.20.9", prefixlen=32),
    Address(dev="eth1", local="172.20.20.9", prefixlen=16),
    Link(ifname="eth1", up=True),
]


@pytest.mark.parametrize(("want", "reason"), CUTS, ids=lambda value: str(getattr(value, "key", "")))
def test_what_leads_elsewhere_is_refused(want: Resource, reason: str) -> None:
    said = verdict(node(ON_LINK), want)
    assert said is not None
    assert said.startswith(f"would create {want.key}: packets back to us (172.20.20.1) would ")
    assert said.endswith(reason)


@pytest.mark.parametrize("want", HARMLESS, ids=lambda value: str(value.key))
def test_what_leads_nobody_astray_is_not(want: Resource) -> None:
    assert verdict(node(ON_LINK), want) is None


@pytest.mark.parametrize("want", [want for want, _ in CUTS])
def test_without_a_client_nothing_changes(want: Resource) -> None:
    assert node(ON_LINK, client="").way is None
    assert verdict(node(ON_LINK, client=""), want) is None


def test_an_interface_that_comes_up_brings_its_networks() -> None:
    reading = node(ON_LINK)
    down = reading.found[Key("link", "eth2")]
    assert isinstance(down, Link)
    change = Change(down, dataclasses.replace(down, up=True))
    assert own_session([change], reading.session, reading.way) == f"would update link eth2: {AWAY}"


FAR = "198.51.100.7"


@pytest.mark.parametrize(
    ("want", "refused"),
    [
        (to("0.0.0.0/1", gateway="10.10.10.1"), False),
        (to("128.0.0.0/1", gateway="10.10.10.1"), True),
        (to("128.0.0.0/1", gateway="172.20.20.254"), False),
        (to("128.0.0.0/1", dev="eth0"), True),
        (to("198.51.100.0/24", gateway="172.20.20.254", dev="eth0"), False),
        (to("0.0.0.0/0", gateway="10.10.10.1", metric=10), False),
        (to("172.20.20.0/25", gateway="10.10.10.1"), False),
        (Neighbour(dev="eth0", dst="172.20.20.254", lladdr=OTHER), True),
        (Neighbour(dev="eth0", dst="172.20.20.254", lladdr=MAC), False),
        (Neighbour(dev="eth0", dst=FAR, lladdr=OTHER), False),
        (Address(dev="eth1", local="172.20.20.254", prefixlen=32), True),
        (Address(dev="eth1", local=FAR, prefixlen=32), True),
        (Address(dev="eth1", local="198.51.100.1", prefixlen=24), True),
        (Address(dev="eth0", local="198.51.100.1", prefixlen=24), True),
        (Address(dev="eth1", local="10.1.1.1", prefixlen=8), False),
    ],
    ids=lambda value: str(getattr(value, "key", value)),
)
def test_a_way_over_a_gateway(want: Resource, *, refused: bool) -> None:
    assert (verdict(node(DEFAULT, FAR), want) is not None) == refused


def test_a_default_route_with_a_metric_gives_way_to_a_better_one() -> None:
    reading = node(DEFAULT | {"metric": 100}, FAR)
    assert verdict(reading, to("0.0.0.0/0", gateway="10.10.10.1", metric=200)) is None
    assert verdict(reading, to("0.0.0.0/0", gateway="10.10.10.1", metric=50)) == (
        f"would create route 0.0.0.0/0 table 254 metric 50: packets back to us ({FAR}) would take it "
        "instead of 0.0.0.0/0 via 172.20.20.254 dev eth0"
    )


def test_any_leg_of_a_balanced_way_will_do() -> None:
    reading = node(BALANCED, FAR)
    assert verdict(reading, to("198.51.100.0/24", gateway="172.20.20.253")) is None
    said = verdict(reading, to("198.51.100.0/24", gateway="172.20.20.252"))
    assert said is not None
    assert said.endswith("0.0.0.0/0 via 172.20.20.253 dev eth0 and via 172.20.20.254 dev eth0")
    assert verdict(reading, Neighbour(dev="eth0", dst="172.20.20.253", lladdr=OTHER)) is not None


@pytest.mark.parametrize(
    ("want", "refused"),
    [
        (to("fd00::1/128", type="blackhole"), True),
        (to("fd00::/64", gateway="fe80::9", dev="eth1", metric=100), True),
        (to("fd00::/64", gateway="fe80::9", dev="eth1", metric=1024), False),
        (to("fd00::/64", gateway="fe80::9", dev="eth1"), False),
        (Neighbour(dev="eth0", dst="fd00::1", lladdr=OTHER), True),
        (Address(dev="eth1", local="fd00::1", prefixlen=128), True),
        (Address(dev="eth1", local="fd00::9", prefixlen=64), True),
        (Address(dev="eth1", local="fd00::9", prefixlen=48), False),
        (to("172.20.20.1/32", type="blackhole"), False),
    ],
    ids=lambda value: str(getattr(value, "key", value)),
)
def test_a_way_in_ipv6(want: Resource, *, refused: bool) -> None:
    assert (verdict(node(SIX, "fd00::1", server="fd00::4"), want) is not None) == refused


def test_tables_that_the_rules_look_up_first_count_and_later_ones_do_not() -> None:
    rules: list[Row] = [
        {"src": "all", "table": "255"},
        {"src": "10.0.0.0", "srclen": 8, "table": "70"},
        {"src": "172.20.20.4", "table": "71"},
        {"src": "all", "iif": "eth1", "table": "72"},
        {"src": "all", "table": "254", "suppress_prefixlen": 0},
        {"not": None, "src": "all", "fwmark": "0xca6c", "table": "51820"},
        {"src": "all", "table": "254"},
    ]
    reading = node(TUNNELLED, FAR, rules)
    every = {70: False, 71: True, 72: False, 254: True, 51820: True, 253: False}
    found = {table: verdict(reading, to(f"{FAR}/32", gateway="10.10.10.1", table=table)) for table in every}
    assert {table: said is not None for table, said in found.items()} == every
    assert verdict(reading, to("0.0.0.0/0", gateway="10.10.10.1", table=254)) is None
    assert verdict(reading, to("0.0.0.0/0", gateway="10.10.10.1", table=71)) is not None
    assert verdict(reading, to("0.0.0.0/0", type="throw", table=71)) is None
    assert verdict(reading, to(f"{FAR}/32", type="throw", table=51820)) is not None
    assert verdict(reading, Address(dev="eth1", local="198.51.100.1", prefixlen=24)) is not None


def test_a_kernel_without_rules_has_the_usual_tables() -> None:
    reading = node(ON_LINK, rules=[])
    assert verdict(reading, to("172.20.20.1/32", type="blackhole", table=255)) is not None
    assert verdict(reading, to("172.20.20.1/32", type="blackhole", table=253)) is None


def test_what_is_restated_is_not_refused() -> None:
    """An entry that is there has not cut us: its protocol or its scope may change."""
    reading = node(ON_LINK)
    old = to("172.20.20.1/32", gateway="10.10.10.1", dev="eth1")
    there = dataclasses.replace(reading, found=state_of([*reading.found.values(), old]))
    assert verdict(there, dataclasses.replace(old, protocol=4, mtu=1400)) is None
    assert verdict(there, dataclasses.replace(old, gateway="10.10.10.2")) is not None
    address = Address(dev="eth2", local="172.20.20.77", prefixlen=25, scope="site")
    assert verdict(reading, address) is None


def test_what_the_gateway_stands_on_is_never_deleted() -> None:
    """Our session may end at an address on another interface than the one that leads back."""
    reading = node(DEFAULT, FAR, server="10.10.10.11")
    assert {str(key) for key in reading.session} == {
        "link eth1",
        "address 10.10.10.11/24 dev eth1",
        "route 0.0.0.0/0 table 254 metric 0",
        "link eth0",
        "route 172.20.20.0/24 table 254 metric 0",
        "address 172.20.20.4/24 dev eth0",
        "rule 10: from all lookup 254",
    }


def test_a_link_local_session_has_its_neighbour_alone() -> None:
    info = {"local": "fe80::4", "prefixlen": 64, "scope": "253"}
    links = [{**_link("eth0"), "addr_info": [info]}]
    told = Answer("fe80::4%eth0 fe80::1%eth0\n", 2, "Error: any valid prefix is expected")
    reading = DRIVER.read([Answer(json.dumps(links)), *[Answer("[]")] * 6, Answer(""), told, Answer("")])
    assert Key("link", "eth0") in reading.session
    assert verdict(reading, Neighbour(dev="eth0", dst="fe80::1", lladdr=OTHER)) == (
        f"would create neighbour fe80::1 dev eth0: packets back to us (fe80::1) would go to {OTHER} "
        "instead of a MAC that we do not know"
    )
    assert verdict(reading, to("fe80::1/128", type="blackhole")) is None
