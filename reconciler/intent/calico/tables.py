"""Every node's tables of one family, at the cost of the rows that nobody has asked for before.

A peer's neighbour, FDB entry and routes are the same on all nodes that see it alike, so they are made once and shared:
a thousand nodes have four million entries and a few thousand different ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.core.resource import Key
from reconciler.desired.prefixes import Networks
from reconciler.intent.calico import bird, devices, felix, wireguard
from reconciler.intent.calico.fabric import Destination, Layout, Peer, destinations
from reconciler.intent.calico.release import may_have_host_routes
from reconciler.intent.calico.settings import Settings
from reconciler.intent.calico.view import View
from reconciler.intent.network import IPV4, Family, host
from reconciler.intent.underlay import Hop
from reconciler.intent.wish import Row
from reconciler.linux.route import MAIN_TABLE, Route

Shelf = tuple[View, dict[str, tuple[Row, ...]]]
"""A view, and the rows by peer that are known of it."""


@dataclass(frozen=True)
class Tables:
    """One family of one cluster. ``settings_of``: Felix's configuration on a node, mostly the same object."""

    family: Family
    layout: Layout
    peers: Mapping[str, Peer]
    settings: Settings
    settings_of: Callable[[str], Settings]
    _shared: dict[View, dict[str, tuple[Row, ...]]] = field(default_factory=dict)
    _known: dict[View, dict[str, tuple[Row, ...]]] = field(default_factory=dict)
    _same: set[str] = field(default_factory=set)
    _vteps: dict[str, tuple[Row, ...]] = field(default_factory=dict)

    @cached_property
    def offers(self) -> Mapping[str, Sequence[Destination]]:
        """What is behind each node."""
        found: dict[str, list[Destination]] = {name: [] for name in self.peers}
        for to in destinations(self.layout, self.peers.values(), self.settings.profile):
            found[to.owner].append(to)
        return found

    def optional(self, version: str | None) -> Iterator[Key]:
        """Routes to single addresses that come and go with the order of events, or with a patch release (8.7)."""
        for offered in self.offers.values():
            yield from (self._key(to.dst) for to in offered if to.covered)
        if may_have_host_routes(version):
            yield from (self._key(host(p.address.ip)) for p in self.peers.values() if p.address is not None)

    def _key(self, dst: str) -> Key:
        return Key(Route.kind, f"{dst} table {MAIN_TABLE} metric {self.family.metric}")

    def take_over(self, before: Tables) -> None:
        """Keep the rows towards each peer of which nothing has changed."""
        if self.family is not before.family:
            return
        same = [
            name
            for name, peer in self.peers.items()
            if peer == before.peers.get(name) and self.offers[name] == before.offers[name]
        ]
        self._vteps.update({name: before._vteps[name] for name in same if name in before._vteps})
        self._known.update(before._shared)
        self._same.update(same)

    def uses_vxlan(self, settings: Settings) -> bool:
        """``vxlanEnabled`` overrules the IPv4 pools either way; IPv6 follows its pools alone (Felix)."""
        overruled = settings.vxlan_enabled if self.family is IPV4 else None
        return "vxlan" in self.layout.kinds if overruled is None else overruled

    def uses_ipip(self, settings: Settings) -> bool:
        """There is no IPIP for IPv6."""
        if self.family is not IPV4:
            return False
        return "ipip" in self.layout.kinds if settings.ipip_enabled is None else settings.ipip_enabled

    def rows(self, node: str) -> Iterator[Row]:
        """All that Felix and BIRD want on ``node``."""
        me, settings = self.peers[node], self.settings_of(node)
        if self.uses_vxlan(settings):
            yield from devices.vxlan(self.family, settings, me)
        if self.uses_ipip(settings):
            yield from devices.ipip(self.family, settings, me)
        for to in self.offers[node]:
            if to.block:
                yield from self._blackhole(settings, to)
        for name, (view, known) in self._seen_by(me, settings):
            rows = known.get(name)
            if rows is None:
                rows = known[name] = tuple(self._towards(view, self.peers[name]))
            yield from rows
        if settings.wireguard_of(self.family).enabled:
            yield from wireguard.rows(self.family, settings, me, self.peers, self.offers, self._blocks_lack)

    @property
    def _blocks_lack(self) -> str:
        return "" if self.layout.told else "what is behind each node"

    def _blackhole(self, settings: Settings, to: Destination) -> Iterator[Row]:
        kind = to.pool.kind
        if (kind == "vxlan" and not self.uses_vxlan(settings)) or self._is_ipip_off(kind, settings):
            return
        if kind == "vxlan" or kind in settings.felix:
            yield felix.blackhole(self.family, settings, to)
        elif kind in settings.bird:
            yield bird.blackhole(self.family, to)

    def _is_ipip_off(self, kind: str, settings: Settings) -> bool:
        """Felix then has nobody who would write these routes; BIRD announces and blackholes its blocks all the same."""
        return kind == "ipip" and kind in settings.felix and not self.uses_ipip(settings)

    def _seen_by(self, me: Peer, settings: Settings) -> Iterator[tuple[str, Shelf]]:
        """Every other node, with the view that I have of it and what is known of that view."""
        far = self._shelf(self._view(me, settings, near=None if me.address is None else False))
        near = self._shelf(far[0]._replace(near=me.address is not None))
        routers = Networks(me.routes) if "none" in self.layout.kinds & settings.bird else None
        shift = self.family.bits - (0 if me.address is None else me.address.prefixlen)
        prefix = None if me.address is None else int(me.address.ip) >> shift
        behind: dict[Hop | None, Shelf] = {None: far}  # by router: a view is too costly to be looked up for each peer
        for name, number in self._numbers:
            if name == me.name:
                continue
            if number is not None and number >> shift == prefix:
                yield name, near
            elif routers is None:
                yield name, far
            else:
                address = self.peers[name].address
                router = None if address is None else routers.nearest(address.ip)
                if router not in behind:
                    behind[router] = self._shelf(far[0]._replace(router=router))
                yield name, behind[router]

    @cached_property
    def _numbers(self) -> Sequence[tuple[str, int | None]]:
        """Each node's address as a number."""
        return [(name, None if peer.address is None else int(peer.address.ip)) for name, peer in self.peers.items()]

    def _shelf(self, view: View) -> Shelf:
        if view not in self._shared:  # what no node asks for any more is not kept
            known = self._known.pop(view, {})
            self._shared[view] = {name: rows for name, rows in known.items() if name in self._same}
        return view, self._shared[view]

    def _view(self, me: Peer, settings: Settings, near: bool | None) -> View:
        vxlan, ipip = self.uses_vxlan(settings), self.uses_ipip(settings)
        encrypts = settings.wireguard_of(self.family).enabled and me.key is not None
        return View(
            family=self.family,
            settings=settings,
            near=near,
            dev=me.dev,
            vxlan=vxlan,
            vxlan_mtu=settings.device_mtu("vxlan", self.family, me.host_mtu) if vxlan else 0,
            ipip=ipip,
            ipip_mtu=settings.device_mtu("ipip", self.family, me.host_mtu) if ipip else 0,
            vxlan_lacks=devices.vxlan_lacks(me) if vxlan else "",
            dev_lacks=devices.dev_lacks(me),
            encrypts=encrypts and settings.profile.bird_spares_wireguard,
        )

    def _ends(self, peer: Peer) -> tuple[Row, ...]:
        """The neighbour and the FDB entry of a peer, which are the same near and far."""
        if peer.name not in self._vteps:
            self._vteps[peer.name] = tuple(devices.vxlan_towards(self.family, peer))
        return self._vteps[peer.name]

    def _towards(self, view: View, peer: Peer) -> Iterator[Row]:
        """All that a node which sees ``peer`` so has of it."""
        if view.vxlan and not view.vxlan_lacks:
            yield from self._ends(peer)
        if view.vxlan and peer.vxlan.address is None:
            yield devices.any_end(self.family, peer.lacks("VXLAN tunnel address"))
        if view.ipip and peer.ipip.address is None:
            yield devices.any_end(self.family, peer.lacks("IPIP tunnel address"))
        for to in self.offers[peer.name]:
            row = view.route(peer, to)
            if row is not None:
                yield row
