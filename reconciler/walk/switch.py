"""What a switch does with frames and packets: which VLANs its ports carry, what is up, and where it routes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from reconciler.core.resource import Key, State
from reconciler.switch.addresses import DYNAMIC
from reconciler.switch.kinds import (
    ALL_VLANS,
    DEFAULT_VRF,
    NO_CHANNEL,
    Bgp,
    Interface,
    Routing,
    Routing6,
    StaticRoute,
    Svi,
    Vlan,
)
from reconciler.switch.names import members
from reconciler.walk.prefixes import Prefix, Prefixes, prefix_of, spelled, version_of

DEFAULT_VLAN = 1
CONNECTED = 0
"""The distance of the network that an interface is in."""


class Port(NamedTuple):
    """A port as frames see it: the port channel in place of its member. ``down``: why no frame passes; ``""``: up."""

    interface: Interface
    keys: tuple[Key, ...]
    down: str


class Way(NamedTuple):
    """One path to a network: out by ``interface`` (None: recursive) to ``hop`` (None: the destination itself)."""

    key: Key
    prefix: Prefix
    distance: int
    interface: Svi | Interface | None
    hop: str | None
    drops: bool = False


class Switch:
    """One state of one switch."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.vlans = {one.id: one for one in state.values() if isinstance(one, Vlan)}
        self.svis = {one.vlan: one for one in state.values() if isinstance(one, Svi)}
        self.interfaces = {one.ifname: one for one in state.values() if isinstance(one, Interface)}
        self._answers: dict[tuple[str, str], tuple[Way, ...]] = {}

    def port(self, name: str) -> Port:
        """``name`` as frames see it; one that nobody mentions is as EOS makes it: access, VLAN 1."""
        own = self.interfaces.get(name, Interface(ifname=name))
        group = (own.channel_group or NO_CHANNEL).split()[0]
        if group == NO_CHANNEL:
            return Port(own, (own.key,), _down(own))
        channel = self.interfaces.get(f"Port-Channel{group}", Interface(ifname=f"Port-Channel{group}"))
        return Port(channel, (own.key, channel.key), _down(own) or _down(channel))

    def untagged(self, port: Interface) -> int | None:
        """The VLAN of frames without a tag."""
        match port.mode:
            case "access":
                return port.access or DEFAULT_VLAN
            case "trunk":
                return port.trunk_native or DEFAULT_VLAN
            case _:
                return None

    def carries(self, port: Interface, vlan: int) -> bool:
        """Whether frames of ``vlan``, which has to be there, pass ``port``."""
        if port.mode == "access":
            return vlan == self.untagged(port)
        if port.mode != "trunk":
            return False
        allowed = port.trunk_allowed or ALL_VLANS
        groups = self.vlans[vlan].trunk_groups if vlan in self.vlans else None
        if allowed != "none" and vlan in members(allowed):
            return not groups or bool(set(groups) & set(port.trunk_groups or ()))
        return bool(set(groups or ()) & set(port.trunk_groups or ()))

    def vlan_down(self, vlan: int) -> str:
        """Why ``vlan`` carries nothing; empty: it does. VLAN 1 is always there."""
        found = self.vlans.get(vlan)
        if found is None:
            return "" if vlan == DEFAULT_VLAN else f"VLAN {vlan} is not there"
        return "" if found.state == "active" else f"VLAN {vlan} is suspended"

    def interface_down(self, one: Svi | Interface) -> str:
        """Why an interface routes nothing; empty: it does."""
        if isinstance(one, Interface):
            return self.port(one.ifname).down
        if one.shutdown:
            return f"{one.name} is shut down"
        return self.vlan_down(one.vlan) or self._autostate(one)

    def _autostate(self, svi: Svi) -> str:
        """An SVI is up while a port in its VLAN is (EOS `autostate`); where no port is known, nobody can tell."""
        ports = [self.port(name) for name, one in self.interfaces.items() if one.mode in ("access", "trunk")]
        if svi.autostate is False or not ports:
            return ""
        alive = any(not port.down and self.carries(port.interface, svi.vlan) for port in ports)
        return "" if alive else f"{svi.name} has no port that is up"

    @cached_property
    def routed(self) -> Sequence[Svi | Interface]:
        """Everything that has addresses, what is down too."""
        return [*self.svis.values(), *(one for one in self.interfaces.values() if one.mode == "routed")]

    @cached_property
    def vrfs(self) -> dict[str, str]:
        """The VRF of each of its own interfaces, by name."""
        return {one.name: vrf_of(one) for one in self.routed}

    @cached_property
    def owners(self) -> dict[str, list[Svi | Interface]]:
        """Address -> the interfaces that have it, also one that several switches share."""
        found: dict[str, list[Svi | Interface]] = {}
        for one in self.routed:
            shared = (*(one.virtual or ()), *(one.virtual_router or ())) if isinstance(one, Svi) else ()
            for text in (*(one.addresses or ()), *shared):
                if text != DYNAMIC:
                    found.setdefault(spelled(text.partition("/")[0]), []).append(one)
        return found

    def routes(self, vrf: str, version: int) -> bool:
        """Whether it routes; where nobody says so in documents that leave it open, it does."""
        kind = Routing.kind if version == 4 else Routing6.kind
        found = self._state.get(Key(kind, vrf))
        return not isinstance(found, Routing | Routing6) or found.enabled

    @cached_property
    def learns(self) -> bool:
        """Whether it has routes that its configuration does not show."""
        return any(isinstance(one, Bgp) for one in self._state.values())

    def lookup(self, vrf: str, dst: str) -> tuple[Way, ...]:
        """The ways that packets to ``dst`` take, all of them: the longest prefix, then the least distance."""
        found = self._answers.get((vrf, dst))
        if found is None:
            found = self._answers[vrf, dst] = self._lookup(vrf, dst, 0)
        return found

    def _lookup(self, vrf: str, dst: str, depth: int) -> tuple[Way, ...]:
        table = self._tables.get((vrf, version_of(dst)))
        for ways in table.matches(dst) if table and depth < 8 else ():
            for distance in sorted({way.distance for way in ways}):
                taken = [leg for way in ways if way.distance == distance for leg in self._resolved(vrf, way, depth)]
                if taken:
                    return tuple(taken)
        return ()

    def _resolved(self, vrf: str, way: Way, depth: int) -> Iterator[Way]:
        """A next hop is looked up in turn; one that the default route alone leads to does not count (EOS)."""
        if way.interface is not None or way.drops or way.hop is None:
            yield way
            return
        for leg in self._lookup(vrf, way.hop, depth + 1):
            if leg.prefix.length > 0 and not leg.drops:
                yield way._replace(interface=leg.interface, hop=leg.hop or way.hop)

    @cached_property
    def _tables(self) -> dict[tuple[str, int], Prefixes[Way]]:
        found: dict[tuple[str, int], Prefixes[Way]] = {}
        for vrf, way in (*self._connected(), *self._static()):
            found.setdefault((vrf, way.prefix.version), Prefixes(way.prefix.version)).add(way.prefix, way)
        return found

    def _connected(self) -> Iterator[tuple[str, Way]]:
        for one in self.routed:
            shared = (one.virtual or ()) if isinstance(one, Svi) else ()
            for text in () if self.interface_down(one) else (*(one.addresses or ()), *shared):
                if text != DYNAMIC:
                    yield vrf_of(one), Way(one.key, prefix_of(text), CONNECTED, one, None)

    def _static(self) -> Iterator[tuple[str, Way]]:
        for one in self._state.values():
            if isinstance(one, StaticRoute):
                *dev, last = one.via.split()
                prefix = prefix_of(one.dst)
                if one.via.startswith("Null"):
                    yield one.vrf, Way(one.key, prefix, one.distance, None, None, drops=True)
                elif dev or not (last[0].isdigit() or ":" in last):
                    yield from self._over(one, (dev or [last])[0], last if dev else None)
                else:
                    yield one.vrf, Way(one.key, prefix, one.distance, None, spelled(last))

    def _over(self, route: StaticRoute, name: str, hop: str | None) -> Iterator[tuple[str, Way]]:
        """A route over a named interface counts while that is up."""
        out = next((one for one in self.routed if one.name == name), None)
        if out is not None and not self.interface_down(out):
            yield route.vrf, Way(route.key, prefix_of(route.dst), route.distance, out, spelled(hop) if hop else None)


def vrf_of(one: Svi | Interface) -> str:
    return one.vrf or DEFAULT_VRF


def _down(port: Interface) -> str:
    return f"{port.ifname} is shut down" if port.shutdown else ""
