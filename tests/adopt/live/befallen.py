"""What may befall a network that runs: rows go, change, and come, by everybody who writes to a node or a switch."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.core.resource import Resource, State, state_of
from reconciler.linux.address import Address
from reconciler.linux.fdb import FLOOD_MAC, FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import NextHop, Route
from reconciler.linux.rule import Rule
from reconciler.switch.kinds import Bgp, BgpListen, BgpNeighbor, Interface, StaticRoute, Svi, Vlan, Vrf

SWITCH = "ceos01"
PROTOCOLS = (2, 3, 4, 12, 16, 80, 142, 186)
Rows = list[Resource]


def befallen(live: Mapping[str, State], seed: int, count: int) -> dict[str, State]:
    """``count`` accidents; the same for the same seed."""
    rng, world = random.Random(seed), dict(live)
    for _ in range(count):
        name = rng.choice(sorted(world))
        rows = rng.choice((_without, _changed, _changed, _more, _more, _copied))(rng, name, world)
        world[name] = state_of(rows)
    return world


def _without(rng: random.Random, name: str, world: Mapping[str, State]) -> Rows:
    """One row goes, or an interface with all that stands on it."""
    rows = list(world[name].values())
    gone = rng.choice(rows) if rows else None
    return [row for row in rows if row is not gone and not (isinstance(gone, Link) and row.link == gone.ifname)]


def _copied(rng: random.Random, name: str, world: Mapping[str, State]) -> Rows:
    """Somebody has taken one device for another."""
    alike = [other for other in sorted(world) if (other == SWITCH) == (name == SWITCH)]
    theirs = list(world[rng.choice(alike)].values())
    return [*([rng.choice(theirs)] if theirs else []), *world[name].values()]


def _changed(rng: random.Random, name: str, world: Mapping[str, State]) -> Rows:
    """One attribute of a row is another one's of its kind, or a value of its own sort."""
    rows = list(world[name].values())
    if not rows:
        return rows
    row = rng.choice(rows)
    alike = [other for state in world.values() for other in state.values() if type(other) is type(row)]
    fields = [f.name for f in dataclasses.fields(row) if f.compare and not f.name.startswith("_") and f.name != "spec"]
    field = rng.choice(fields)
    value = getattr(rng.choice(alike), field)
    if rng.random() < 0.5:
        value = _otherwise(rng, field, value)
    return [dataclasses.replace(row, **{field: value}), *(other for other in rows if other is not row)]


def _otherwise(rng: random.Random, field: str, value: Any) -> Any:
    match value:
        case _ if field == "prefixlen":
            return rng.choice((24, 32))
        case bool():
            return not value
        case int():
            return rng.choice((value + 1, rng.randint(1, 200)))
        case str() if field in ("description", "label"):
            return rng.choice(("x" * 100, "what?", "plain", "a # b: [c]", "ümlaut", ""))
        case _:
            return value


def _more(rng: random.Random, name: str, world: Mapping[str, State]) -> Rows:
    make = rng.choice(SWITCHES if name == SWITCH else NODES)
    return [*make(rng), *world[name].values()]


def _dev(rng: random.Random) -> str:
    return rng.choice(("eth0", "eth1", "eth1", "vx1", "br7", "docker0", "cali1", "vxlan.calico", "flannel.1"))


def _ip(rng: random.Random) -> str:
    return f"10.{rng.choice((0, 10, 77))}.{rng.choice((10, 20, 0))}.{rng.randint(1, 40)}"


def _mac(rng: random.Random) -> str:
    return f"02:00:00:00:00:{rng.randint(0, 255):02x}"


def _route(rng: random.Random) -> Rows:
    more = rng.choice(
        (None, ("advmss 1400",), ("realms 5/6", "rtt 10ms"), ("tos 0x10",), ("nhid 7",), ("features ecn",))
    )
    shared: dict[str, Any] = {
        "dst": rng.choice((f"10.{rng.randint(80, 90)}.0.0/16", "0.0.0.0/0", "192.168.77.0/26", f"{_ip(rng)}/32")),
        "protocol": rng.choice(PROTOCOLS),
        "table": rng.choice((254, 254, 254, 100, 1)),
        "metric": rng.choice((0, 0, 50)),
        "mtu": rng.choice((None, None, 1400)),
        "extra": more,
    }
    if rng.random() < 0.2:
        legs = (
            NextHop(gateway="10.10.10.1", dev="eth1"),
            NextHop(gateway=_ip(rng), dev="eth1", weight=rng.randint(1, 3)),
        )
        return [Route(**shared, nexthops=legs)]
    if rng.random() < 0.3:
        return [Route(**shared, type=rng.choice(("blackhole", "unreachable", "throw")))]
    if rng.random() < 0.2:
        return [Route(dst="fd00:7::/64", gateway="fd00::1", dev=_dev(rng), protocol=shared["protocol"], metric=1024)]
    gateway = rng.choice((None, _ip(rng)))
    scope = "global" if gateway else rng.choice(("link", "global"))
    return [Route(**shared, gateway=gateway, dev=_dev(rng), onlink=rng.choice((None, True)), scope=scope)]


def _rule(rng: random.Random) -> Rows:
    made = (
        Rule(priority=rng.randint(1, 99), family=4, src="10.1.0.0/16", table=100, protocol=rng.choice(PROTOCOLS)),
        Rule(priority=99, family=4, inverted=True, fwmark="0x200000", fwmask="0x200000", table=1, protocol=3),
        Rule(priority=7, family=6, action="blackhole", protocol=142),
        Rule(priority=8, family=4, fwmark="0", fwmask="0xff", table=254, suppress_prefixlength=0, protocol=142),
    )
    return [rng.choice(made)]


def _neighbour(rng: random.Random) -> Rows:
    return [Neighbour(dev=_dev(rng), dst=_ip(rng), lladdr=_mac(rng), protocol=rng.choice((None, 142, 3)))]


def _fdb(rng: random.Random) -> Rows:
    mac = rng.choice((FLOOD_MAC, _mac(rng)))
    extra = rng.choice((None, None, ("port 8472",), ("nhid 5",)))
    return [FdbEntry(dev=_dev(rng), mac=mac, dst=_ip(rng), extern_learn=rng.choice((None, True)), extra=extra)]


def _address(rng: random.Random) -> Rows:
    flags = rng.choice((None, None, ("secondary",), ("dynamic",)))
    more = {"peer": "10.7.7.7"} if rng.random() < 0.1 else {}
    prefixlen = rng.choice((24, 32))
    return [
        Address(dev=rng.choice((_dev(rng), "lo")), local=_ip(rng), prefixlen=prefixlen, flags=flags, **more),
        *([Address(dev="eth1", local="fe80::1", prefixlen=64, scope="link")] if rng.random() < 0.3 else []),
    ]


def _link(rng: random.Random) -> Rows:
    alias = rng.choice((None, "reconciler", "mine"))
    bridge = Link(
        ifname="br7", info_kind="bridge", mtu=1500, up=True, alias=alias, stp_state=rng.random() < 0.3,
        forward_delay=rng.choice((1500, 200, 250)), ageing_time=30000,
    )  # fmt: skip
    tunnel = Link(
        ifname="vx1", info_kind="vxlan", mtu=1450, up=rng.random() < 0.9, alias=alias,
        address=_mac(rng), id=77, port=4789,
        local=rng.choice((None, "10.10.10.11")), lower=rng.choice((None, "eth1")), learning=rng.random() < 0.3,
        master=rng.choice((None, "br7")), group=rng.choice((None, "239.1.1.1", "10.0.0.9")),
    )  # fmt: skip
    other = Link(
        ifname=rng.choice(("wg0", "gre1", "eth2")), info_kind=rng.choice((None, "gre")), mtu=9000, up=True, alias=alias
    )
    return list(rng.choice(((bridge,), (tunnel,), (bridge, tunnel), (other,))))


def _vlan(rng: random.Random) -> Rows:
    return [Vlan(id=rng.choice((1, 10, 30, 1500)), label=rng.choice((None, "x", "two words")), state="suspend")]


def _svi(rng: random.Random) -> Rows:
    addresses = rng.choice(((), ("10.10.30.1/24",), ("dhcp",), ("10.10.10.9/24", "10.9.9.9/24")))
    shared = rng.choice((None, ("10.10.10.254",)))
    return [Svi(vlan=rng.choice((30, 31, 10)), addresses=addresses, virtual_router=shared, vrf=rng.choice((None, "T")))]


def _port(rng: random.Random) -> Rows:
    made = (
        Interface(ifname="Ethernet7", access=30, trunk_allowed="10,20"),
        Interface(ifname="Ethernet7", mode="trunk", trunk_allowed="10,30", trunk_native=1, portfast="network"),
        Interface(ifname="Ethernet7", mode="routed", addresses=("10.10.10.77/24",), vrf="T", shutdown=True),
        Interface(ifname="Ethernet7", mode="dot1q-tunnel", access=10),
        Interface(ifname="Ethernet8", access=1, channel_group="10 active"),
        Interface(ifname="Port-Channel10", access=10, portfast=True, bpduguard=True, mtu=9214),
        Interface(ifname="Loopback0", mode="routed", addresses=("10.255.0.1/32",)),
        Interface(ifname="Management1", mode="routed", addresses=("172.20.20.2/24",), vrf="MGMT"),
    )
    return [rng.choice(made)]


def _static(rng: random.Random) -> Rows:
    return [
        StaticRoute(
            dst=rng.choice(("10.50.0.0/16", "192.168.23.64/26")),
            via=rng.choice(("10.10.10.10", "Null0", "Vlan10 10.10.10.11")),
            distance=rng.choice((1, 5)),
            track=rng.choice((None, "T1")),
            label=rng.choice((None, "x")),
            vrf=rng.choice(("default", "default", "T")),
        )
    ]


def _vrf(rng: random.Random) -> Rows:
    return [Vrf(vrf=rng.choice(("T", "MGMT")), rd=rng.choice((None, "65001:1")))]


def _bgp(rng: random.Random) -> Rows:
    return [
        Bgp(asn=65001, networks=("10.0.0.0/8",)),
        BgpNeighbor(neighbor="K8S", remote_as=65010, activate=rng.choice((None, ("ipv4",), ("ipv6",), ("no ipv4",)))),
        BgpNeighbor(neighbor="10.10.10.10", peer_group=rng.choice((None, "K8S")), description="x"),
        BgpListen(prefix="10.10.10.0/24", peer_group=rng.choice(("K8S", "GONE"))),
    ]


NODES: tuple[Callable[[random.Random], Rows], ...] = (_route, _route, _rule, _neighbour, _fdb, _address, _link)
SWITCHES: tuple[Callable[[random.Random], Rows], ...] = (_vlan, _svi, _port, _static, _vrf, _bgp)
