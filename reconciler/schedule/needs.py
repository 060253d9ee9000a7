"""What the kernel refuses: an entry on what is not there, a route to a gateway on no link, a second delete."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from reconciler.core.resource import Key, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.operation import Operation
from reconciler.linux.route import MAIN_TABLE, Route
from reconciler.schedule.kernel import Delta, devices, is_up, network_of, subnet

Leg = tuple[str | None, str | None, bool | None]
"""Gateway, interface, and whether the gateway is said to be on the link."""


class Tables:
    """A device's tables while a step is carried out; knows of each operation whether the kernel would take it."""

    def __init__(self, start: State) -> None:
        self.found: dict[Key, Resource] = dict(start)
        self._addresses: dict[str, dict[Key, Address]] | None = None

    def apply(self, delta: Delta) -> None:
        for key, resource in delta.items():
            if resource is None:
                self.found.pop(key, None)
            else:
                self.found[key] = resource
            if key.kind == Address.kind:
                self._addresses = None

    def refusal(self, operation: Operation) -> str:
        """Why the kernel would not take it; empty where it would."""
        if operation.after is None:
            return "" if operation.subject.key in self.found else f"{operation.subject.key} is not there any more"
        return next(self._refusals(operation.after), "")

    def _refusals(self, wanted: Resource) -> Iterator[str]:
        yield from (f"there is no interface {name}" for name in wanted.needs if not self._has(name))
        if isinstance(wanted, Route) and wanted.type == "unicast":
            yield from (f"interface {name} is down" for name in devices(wanted) if not is_up(self.found, name))
            yield from self._unreachable(wanted)
            if wanted.prefsrc is not None and not self._is_local(wanted.prefsrc):
                yield f"{wanted.prefsrc} is no address of this node"

    def _has(self, name: str) -> bool:
        return Key(Link.kind, name) in self.found or Key(Link.kind, "lo") not in self.found

    def _is_local(self, address: str) -> bool:
        return any(one.local == address for ones in self._by_device().values() for one in ones.values())

    def _unreachable(self, route: Route) -> Iterator[str]:
        legs: list[Leg] = [(leg.gateway, leg.dev, leg.onlink) for leg in route.nexthops or ()]
        for gateway, dev, onlink in ((route.gateway, route.dev, route.onlink), *legs):
            if gateway is None or dev is None:
                continue
            strange = onlink and ":" in route.dst and self._leads_elsewhere(address_of(gateway), dev)
            if strange or not (onlink or self._is_on_link(gateway, dev)):
                yield f"gateway {gateway} is not on {dev}"

    def _is_on_link(self, gateway: str, dev: str) -> bool:
        """``fib_check_nh``, ``ip6_route_check_nh``: some address or route without a gateway says that it is there."""
        if gateway.startswith("fe80:"):
            return True
        number = address_of(gateway)
        if any(number in subnet(one) for one in self._by_device().get(dev, {}).values()):
            return True
        routes = (one for one in self.found.values() if isinstance(one, Route) and one.dev == dev and not one.gateway)
        return any(number in network_of(one.dst) for one in routes)

    def _leads_elsewhere(self, gateway: IPv4Address | IPv6Address, dev: str) -> bool:
        """``ip6_route_check_nh_onlink`` (docs/KERNEL.md, fact 34)."""
        best: Route | None = None
        for one in self.found.values():
            if not isinstance(one, Route) or ":" not in one.dst or one.table != MAIN_TABLE or one.type != "unicast":
                continue
            network = network_of(one.dst)
            longer = best is None or network.prefixlen > network_of(best.dst).prefixlen
            if network.prefixlen and longer and gateway in network:
                best = one
        return best is not None and best.dev != dev

    def _by_device(self) -> dict[str, dict[Key, Address]]:
        if self._addresses is None:
            self._addresses = {}
            for key, one in self.found.items():
                if isinstance(one, Address):
                    self._addresses.setdefault(one.dev, {})[key] = one
        return self._addresses


@lru_cache(1 << 14)
def address_of(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text)
