"""States of a switch as hypothesis draws them: valid for EOS, and of every kind."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from reconciler.core.resource import Resource
from reconciler.switch.kinds import (
    FAMILIES,
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
    active_in,
)
from reconciler.switch.kinds.open import Open

T = TypeVar("T")


@functools.cache
def some(*choices: T) -> st.SearchStrategy[T]:
    """One of them. Kept: hypothesis looks at a new strategy for longer than it draws from it."""
    return st.sampled_from(choices)


@functools.cache
def lists(most: int, *choices: T) -> st.SearchStrategy[list[T]]:
    """Some of them, each once."""
    return st.lists(some(*choices), unique=True, max_size=most)


VLANS = (10, 20, 30, 31, 40)
THEIRS = 900
RED, BLUE = "RED", "BLUE"
"""The first is always there: what a port leaves open may stand in it. The second comes and goes."""
TEXTS = st.sampled_from([None, None, "uplink", "a # > b", "quo\"ted' $(x)", "ceos01#", "! end", "no shutdown"])
LISTS = st.sampled_from(["1-4094", "10", "10,20", "20,30-31", "30-31,40", "10,20,30-31,40,900", "none"])
GROUPS = st.sampled_from([None, (), ("A",), ("A", "B")])
CHANNELS = st.sampled_from([None, None, "none", "5 active", "5 passive", "6 active"])
MAYBE = st.sampled_from([None, False, True])
MTU = st.sampled_from([None, 9000])
ACTIVE = st.sampled_from(
    [None, (), ("ipv4", "no ipv6"), *(active_in(some) for some in ((), ("ipv4",), ("ipv6",), FAMILIES))]
)
NETWORKS = st.sampled_from([None, (), ("10.6.1.0/24",), ("10.6.0.0/16", "10.6.1.0/24")])
SOURCES = st.sampled_from([None, (), ("static",)])
DISTINGUISHERS = st.sampled_from([None, "", "65001:1"])


def closed(resource: Resource) -> Resource:
    """As a wish that leaves nothing open: exactly this."""
    if not isinstance(resource, Open):
        return resource
    said: dict[str, Any] = {name: default for name, default in resource.open.items() if getattr(resource, name) is None}
    return dataclasses.replace(resource, **said) if said else resource


@functools.cache
def _vlans() -> st.SearchStrategy[list[Vlan]]:
    one = st.builds(
        Vlan,
        id=st.sampled_from(VLANS),
        label=st.sampled_from([None, "core", "edge", "Calico-Network"]),
        state=st.sampled_from(["active", "active", "suspend"]),
        trunk_groups=GROUPS,
    )
    return st.lists(one, max_size=4, unique_by=lambda vlan: vlan.id)


class Subnets:
    """Subnets that are handed out once in a state: EOS refuses overlapping ones."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._numbers: list[int] = list(draw(st.permutations(range(1, 25))))

    def some(self, most: int, draw: st.DrawFn, six: bool = True) -> tuple[str, ...]:
        count = draw(st.integers(0, most))
        four = tuple(f"10.6.{self._numbers.pop()}.1/24" for _ in range(count))
        return (*four, f"fd00:6:{self._numbers.pop()}::1/64") if six and draw(st.booleans()) else four


def _port(draw: st.DrawFn, ifname: str, declared: Sequence[int], subnets: Subnets) -> Interface:
    """In VLANs that are wanted or somebody else's: EOS would make any other itself, for the next cycle to prune."""
    common = Interface(
        ifname=ifname, description=draw(TEXTS), shutdown=draw(st.booleans()), mtu=draw(MTU), portfast=draw(MAYBE)
    )
    mode = draw(some("access", "trunk", "routed"))
    if mode != "routed":
        common = dataclasses.replace(common, channel_group=draw(CHANNELS))
    else:
        vrf = draw(some("default", RED))
        return dataclasses.replace(common, mode=mode, addresses=subnets.some(2, draw), vrf=vrf, portfast=None)
    if mode == "trunk":
        native = draw(some(1, 10, 40))
        return dataclasses.replace(
            common, mode=mode, trunk_allowed=draw(LISTS), trunk_native=native, trunk_groups=draw(GROUPS)
        )
    access = draw(some(1, THEIRS, *declared))
    return dataclasses.replace(common, access=access, bpduguard=draw(MAYBE))


def _svi(draw: st.DrawFn, vlan: int, vrfs: Sequence[str], subnets: Subnets) -> Svi:
    """With addresses of its own and perhaps one that is shared beside them, or with a shared one in their place."""
    shared = draw(st.booleans())
    addresses = () if shared else subnets.some(2, draw)
    beside = draw(st.sampled_from([None, (), tuple(a.replace(".1/24", ".254") for a in addresses[:1] if "." in a)]))
    return Svi(
        vlan=vlan,
        addresses=addresses,
        virtual=subnets.some(1, draw, six=False) if shared else (),
        virtual_router=() if shared else beside,
        description=draw(TEXTS),
        shutdown=draw(st.booleans()),
        mtu=draw(MTU),
        vrf=draw(some(None, *vrfs)),
        autostate=draw(MAYBE),
    )


@functools.cache
def _routes(vrfs: tuple[str, ...]) -> st.SearchStrategy[list[StaticRoute]]:
    four = st.builds(
        StaticRoute,
        vrf=st.sampled_from(["default", *vrfs]),
        dst=st.sampled_from(["192.168.0.0/26", "192.168.64.0/26", "0.0.0.0/0"]),
        via=st.sampled_from(["10.6.1.9", "10.6.2.9", "Null0", "Ethernet2", "Ethernet2 10.6.3.9"]),
        distance=st.sampled_from([1, 200]),
        tag=st.sampled_from([None, 7]),
        label=st.sampled_from([None, "calico"]),
    )
    six = st.builds(StaticRoute, dst=st.just("2001:db8::/48"), via=st.sampled_from(["fd00:6:1::9", "Null0"]))
    return st.lists(st.one_of(four, six), max_size=3, unique_by=lambda route: route.name)


def _bgp(draw: st.DrawFn) -> list[Resource]:
    if not draw(st.booleans()):
        return []
    groups = draw(lists(2, "CALICO", "OTHER"))
    router_id, ecmp = draw(some(None, "", "10.0.0.1")), draw(some(None, 1, 4))
    words = some(None, "", '"Calico nodes"')
    router = Bgp(asn=65001, router_id=router_id, ecmp=ecmp, networks=draw(NETWORKS), redistribute=draw(SOURCES))
    found: list[Resource] = [router]
    found += [
        BgpNeighbor(neighbor=name, remote_as=65010, description=draw(words), activate=draw(ACTIVE)) for name in groups
    ]
    for number in draw(lists(3, 10, 11, 12, 13)):
        group, off = draw(some("", *groups)), draw(MAYBE)
        peer = BgpNeighbor(neighbor=f"10.6.1.{number}", peer_group=group, remote_as=65010, shutdown=off)
        found.append(dataclasses.replace(peer, activate=draw(ACTIVE)))
    if draw(st.booleans()) and groups:
        found.append(BgpListen(prefix="10.6.1.0/24", peer_group=groups[0], remote_as=65010))
    return found


@st.composite
def states(draw: st.DrawFn) -> list[Resource]:
    """Wishes for one switch; some leave something open."""
    vlans = draw(_vlans())
    vrfs = draw(some((RED, BLUE), (RED,)))
    subnets = Subnets(draw)
    loopbacks = draw(lists(2, "Loopback0", "Loopback7"))
    svis = draw(lists(3, *VLANS))
    return [
        *(Vrf(vrf=vrf, rd=draw(DISTINGUISHERS), description=draw(TEXTS)) for vrf in vrfs),
        *vlans,
        *(_port(draw, f"Ethernet{n}", [vlan.id for vlan in vlans], subnets) for n in (1, 2, 3)),
        *(Interface(ifname=f"Port-Channel{number}", access=1) for number in (5, 6)),
        *(Interface(ifname=name, mode="routed", addresses=(f"10.9.0.{name[-1]}/32",)) for name in loopbacks),
        *(_svi(draw, vlan, vrfs, subnets) for vlan in svis),
        Routing(enabled=draw(st.booleans())),
        *(Routing(vrf=vrf, enabled=draw(st.booleans())) for vrf in vrfs),
        Routing6(enabled=draw(st.booleans())),
        *draw(_routes(vrfs)),
        *_bgp(draw),
    ]


def exactly(found: Iterable[Resource]) -> list[Resource]:
    """What was read, as wishes that leave nothing open."""
    return [closed(resource) for resource in found]
