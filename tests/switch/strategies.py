"""Wishes for a whole switch, every kind and every attribute, left open or given."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.core.resource import Resource
from reconciler.switch.kinds import (
    Bgp,
    BgpListen,
    BgpNeighbor,
    Interface,
    Routing,
    Routing6,
    StaticRoute,
    Svi,
    Vlan,
    Vrf,
)

VLANS = (10, 20, 30, 31)
VRFS = ("RED", "BLUE")
TEXTS = st.sampled_from([None, "uplink", "a # > b", "ceos01#", "! end"])
GROUPS = st.sampled_from([None, (), ("A",), ("B", "A")])
CHANNELS = st.sampled_from([None, "none", "5 active", "5 passive", "6 active"])
ASN = 65001


def _some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


@st.composite
def _vlans(draw: st.DrawFn) -> list[Resource]:
    names, states = st.sampled_from([None, "core", "edge"]), st.sampled_from(["active", "suspend"])
    return [Vlan(id=vlan, label=draw(names), state=draw(states), trunk_groups=draw(GROUPS)) for vlan in VLANS]


def _port(number: int) -> st.SearchStrategy[Resource]:
    common: dict[str, Any] = {
        "ifname": st.just(f"Ethernet{number}"),
        "description": TEXTS,
        "shutdown": st.booleans(),
        "mtu": _some(9000),
        "portfast": _some(True, False),
        "bpduguard": _some(True, False),
    }
    lists = st.sampled_from(["1-4094", "none", "10", "10,20", "20,30-31,900"])
    switched: dict[str, Any] = {**common, "channel_group": CHANNELS}
    trunk: dict[str, Any] = {"mode": st.just("trunk"), "trunk_allowed": lists, "trunk_native": st.sampled_from([1, 10])}
    subnet = st.sampled_from([(), (f"10.7.{number}.0/31",), (f"10.7.{number}.1/24", f"10.8.{number}.1/24")])
    vrfs = st.sampled_from([None, "default", *VRFS])
    return st.one_of(
        st.builds(Interface, **switched, access=st.sampled_from((1, *VLANS))),
        st.builds(Interface, **switched, **trunk, trunk_groups=GROUPS),
        st.builds(Interface, **common, mode=st.just("routed"), addresses=subnet, vrf=vrfs),
    )


@st.composite
def _svis(draw: st.DrawFn) -> list[Resource]:
    """Addresses change their places between SVIs, and between being their own and shared."""
    subnets = draw(st.permutations(range(1, 9)))
    svis: list[Resource] = []
    for vlan in draw(st.lists(st.sampled_from(VLANS), unique=True, max_size=3)):
        count, shared = draw(st.integers(0, 2)), draw(st.booleans())
        mine, subnets = subnets[:count], subnets[count:]
        listed = tuple(f"10.6.{subnet}.1/24" for subnet in mine)
        svis.append(
            Svi(
                vlan=vlan,
                addresses=() if shared else (*listed, *draw(st.sampled_from([(), (f"fd00:{vlan}::1/64",)]))),
                virtual=listed if shared else draw(st.sampled_from([None, ()])),
                virtual_router=draw(_some((), ("10.6.0.254",), ("10.6.0.253", "10.6.0.254"))),
                autostate=draw(_some(True, False)),
                description=draw(TEXTS),
                shutdown=draw(st.booleans()),
                mtu=draw(_some(9000)),
                vrf=draw(_some(*VRFS)),
            )
        )
    return svis


@st.composite
def _routes(draw: st.DrawFn) -> list[Resource]:
    one = st.builds(
        StaticRoute,
        vrf=st.sampled_from(["default", *VRFS]),
        dst=st.sampled_from(["192.168.0.0/26", "192.168.64.0/26", "0.0.0.0/0"]),
        via=st.sampled_from(["10.6.1.9", "Null0", "Vlan10", "Vlan10 10.6.2.9"]),
        distance=st.sampled_from([1, 200]),
        tag=_some(7),
        label=_some("calico"),
    )
    return list(draw(st.lists(one, max_size=3, unique_by=lambda route: route.name)))


def _interfaces(names: tuple[str, ...]) -> st.SearchStrategy[list[Resource]]:
    loopback = st.builds(
        Interface,
        ifname=st.sampled_from(names),
        mode=st.just("routed"),
        addresses=st.sampled_from([(), ("10.255.0.1/32",)]),
        description=TEXTS,
    )
    return st.lists(loopback, max_size=1).map(list)


@st.composite
def _vrfs(draw: st.DrawFn) -> list[Resource]:
    """All are there: ports and routes may stand in any of them."""
    rows: list[Resource] = [Routing(enabled=draw(st.booleans())), Routing6(enabled=draw(st.booleans()))]
    for vrf in VRFS:
        rows.append(Vrf(vrf=vrf, description=draw(_some("tenant")), rd=draw(_some("65001:1", "65001:2"))))
        rows.append(Routing(vrf=vrf, enabled=draw(st.booleans())))
    return rows


def _peer(number: int) -> st.SearchStrategy[Resource]:
    return st.builds(
        BgpNeighbor,
        neighbor=st.just(f"10.10.10.{number}"),
        peer_group=_some("K8S"),
        remote_as=st.just(65010 + number),
        description=TEXTS,
        shutdown=_some(True, False),
    )


@st.composite
def _bgp(draw: st.DrawFn) -> list[Resource]:
    numbers = _some(65010, 65011)
    rows: list[Resource] = [Bgp(asn=ASN, router_id=draw(_some("10.0.0.1", "10.0.0.2")), ecmp=draw(_some(1, 4)))]
    shut = _some(True, False)
    rows.append(BgpNeighbor(neighbor="K8S", remote_as=draw(numbers), description=draw(TEXTS), shutdown=draw(shut)))
    peers = [draw(_peer(number)) for number in draw(st.lists(st.integers(1, 3), unique=True))]
    rows += peers
    if draw(st.booleans()):
        rows.append(BgpListen(prefix="10.10.10.0/24", peer_group="K8S", remote_as=draw(numbers)))
    return rows


@st.composite
def switches(draw: st.DrawFn, *, bgp: bool = True) -> list[Resource]:
    ports = [draw(_port(number)) for number in (1, 2, 3, 4)]
    channels: list[Resource] = [Interface(ifname=f"Port-Channel{number}", access=1) for number in (5, 6)]
    rows = [*draw(_vlans()), *ports, *channels, *draw(_svis()), *draw(_interfaces(("Loopback0",)))]
    return [*rows, *draw(_vrfs()), *draw(_routes()), *(draw(_bgp()) if bgp else ())]
