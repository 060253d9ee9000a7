"""What a node has, found by what packets ask for: interfaces, addresses, neighbours, VXLAN's forwarding entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from reconciler.core.resource import Key, State
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.walk.fib import Fib, Found
from reconciler.walk.packet import Packet
from reconciler.walk.prefixes import Prefix, Prefixes, prefix_of, spelled
from reconciler.walk.rules import Rules

LO = Key("link", "lo")
POD_NAMES = ("cali", "lxc", "veth", "cilium_")
COLLECTORS = ("bridge", "bond", "team")
"""Interfaces that others are ports of."""
VIRTUAL = frozenset({"vxlan", "ipip", "wireguard", "dummy", "gre", "gretap", "sit", "ip6tnl", "ip6gre", "tun", "xfrm"})
"""Interfaces that no cable is plugged into."""


class Node:
    """One state of one node. ``is_whole``: all of it was read, so what is not there is missing."""

    def __init__(self, state: State) -> None:
        self.is_whole = LO in state
        self.links: dict[str, Link] = {}
        self.addresses: dict[str, list[Address]] = {}
        self.on_dev: dict[str, list[Address]] = {}
        self.neighbours: dict[tuple[str, str], Neighbour] = {}
        self.fdb: dict[tuple[str, str], list[FdbEntry]] = {}
        self.routes: list[Route] = []
        self._rules: list[Rule] = []
        file: dict[str, Callable[[Any], None]] = {
            Link.kind: lambda link: self.links.__setitem__(link.ifname, link),
            Address.kind: self._file_address,
            Neighbour.kind: lambda one: self.neighbours.__setitem__((one.dev, spelled(one.dst)), one),
            FdbEntry.kind: lambda one: self.fdb.setdefault((one.dev, one.mac), []).append(one),
            Route.kind: self.routes.append,
            Rule.kind: self._rules.append,
        }
        for resource in state.values():
            if resource.kind in file:
                file[resource.kind](resource)
        self._answers: dict[object, Found] = {}

    def _file_address(self, address: Address) -> None:
        self.addresses.setdefault(spelled(address.local), []).append(address)
        self.on_dev.setdefault(address.dev, []).append(address)

    @cached_property
    def rules(self) -> Rules:
        return Rules(self._rules)

    @cached_property
    def fib(self) -> Fib:
        addresses = [address for found in self.on_dev.values() for address in found]
        return Fib(self.routes, addresses, self.is_up, self.addresses if self.is_whole else None)

    def lookup(self, packet: Packet) -> Found:
        """Which entry the rules and tables lead ``packet`` to; most packets ask what others have asked already."""
        asked: object = packet if self.rules.are_choosy or packet.oif else packet.dst
        found = self._answers.get(asked)
        if found is None:
            found = self._answers[asked] = self.fib.lookup(packet, self.rules)
        return found

    def is_up(self, dev: str) -> bool:
        """Whether routes over ``dev`` count."""
        link = self.links.get(dev)
        return not self.is_whole if link is None else link.up is not False

    def kind(self, dev: str) -> str | None:
        link = self.links.get(dev)
        return None if link is None else link.info_kind

    def has(self, address: str, dev: str | None = None) -> bool:
        """Whether it answers to ``address`` on ``dev``: an IPv4 one is the node's, wherever it stands (weak hosts)."""
        return any(one.dev == dev or dev is None or ":" not in address for one in self.addresses.get(address, ()))

    def source(self, dev: str, version: int) -> str:
        """The address that packets of its own leave ``dev`` with, unless a route says another."""
        mine = (one.local for one in self.on_dev.get(dev, ()) if one.scope == "global")
        return next((local for local in mine if (":" in local) == (version == 6)), "")

    def networks(self, dev: str) -> Sequence[Prefix]:
        """The subnets that ``dev`` has an address in."""
        return [prefix_of(f"{one.peer or one.local}/{one.prefixlen}") for one in self.on_dev.get(dev, ())]

    @cached_property
    def _ports(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for link in self.links.values():
            if link.master is not None:
                found.setdefault(link.master, []).append(link.ifname)
        return found

    def ports(self, dev: str) -> Sequence[str]:
        """Where frames of ``dev`` leave the node: the ports of a bridge or bond, else itself."""
        return self._ports.get(dev, ()) if self.kind(dev) in COLLECTORS else (dev,)

    def master(self, dev: str) -> str:
        """Whose addresses answer to frames that come in by ``dev``."""
        link = self.links.get(dev)
        return dev if link is None or link.master is None or self.kind(link.master) not in COLLECTORS else link.master

    def takes(self, link: Link, mac: str, version: int) -> Link | None:
        """Who takes frames for ``mac`` that come out of ``link``: a macvlan on it, or else itself; None: nobody.

        The macvlan comes first (``rx_handler``). The kernel routes IPv4 packets from an interface without an IPv4
        address only where reverse path filtering is off (``__fib_validate_source``): they do not count.
        """
        for one in self.of_kind("macvlan"):
            fits = one.lower == link.ifname and one.address == mac and self.is_up(one.ifname)
            if fits:
                return one if version == 6 or self._has_four(one.ifname) else None
        return link if link.address in (None, mac) else None

    def _has_four(self, dev: str) -> bool:
        return any(":" not in one.local for one in self.on_dev.get(dev, ()))

    def of_kind(self, kind: str) -> Iterator[Link]:
        return (link for link in self.links.values() if link.info_kind == kind)

    def leads_to_pods(self, dev: str) -> bool:
        """An interface of one pod, or a bridge that has nothing but pods behind it."""
        if dev.startswith(POD_NAMES):
            return True
        return self.kind(dev) == "bridge" and all(port.startswith(POD_NAMES) for port in self.ports(dev))

    def peers(self, link: Link, version: int) -> Prefixes[int]:
        """WireGuard's routing: allowed addresses -> place in ``link.peers``."""
        rows = ((prefix_of(text), place) for place, peer in enumerate(link.peers or ()) for text in peer.allowed_ips)
        return Prefixes(version, ((prefix, place) for prefix, place in rows if prefix.version == version))
