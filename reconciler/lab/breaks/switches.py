"""Breaks of the switch: VLANs, ports, SVIs, routing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Interface

from ..stanzas import Stanza
from .live import Switch
from .scenario import Deed, Scenario

STRANGER = 777
"""A VLAN inside the range that the lab's inventory owns (2-999), used by no lab."""


def _deed(kind: str, name: str, verb: str, *commands: str) -> Deed:
    return Deed(commands, ((kind, name, verb),), tool="eos")


def _each(kind: str, pick: Callable[[Switch], Iterable[Stanza]], *commands: str) -> Callable[[Switch], Iterator[Deed]]:
    """For every picked section: enter it and give ``commands``."""

    def find(switch: Switch) -> Iterator[Deed]:
        return (_deed(kind, stanza.subject, "update", stanza.header, *commands) for stanza in pick(switch))

    return find


def _without(kind: str, pick: Callable[[Switch], Iterable[Stanza]]) -> Callable[[Switch], Iterator[Deed]]:
    """For every picked section: remove it."""
    return lambda switch: (_deed(kind, s.subject, "create", f"no {s.header}") for s in pick(switch))


def _vlans(switch: Switch) -> list[Stanza]:
    return switch.vlans


def _svis(switch: Switch) -> list[Stanza]:
    return switch.svis


def _described_svis(switch: Switch) -> list[Stanza]:
    return [svi for svi in switch.svis if svi.value("description")]


def _ports(switch: Switch) -> list[Stanza]:
    return [port for port in switch.ports if port.value("switchport access vlan")]


def _described_ports(switch: Switch) -> list[Stanza]:
    return [port for port in _ports(switch) if port.value("description")]


def _vlan_added(switch: Switch) -> Iterator[Deed]:
    if all(vlan.subject != str(STRANGER) for vlan in switch.vlans):
        yield _deed("vlan", str(STRANGER), "delete", f"vlan {STRANGER}", "name Stranger")


def _port_vlan(switch: Switch) -> Iterator[Deed]:
    """A port in another VLAN that exists, else in VLAN 1."""
    for port in _ports(switch):
        own = port.value("switchport access vlan")
        other = next((vlan.subject for vlan in switch.vlans if vlan.subject != own), "1")
        yield _deed("interface", port.subject, "update", port.header, f"switchport access vlan {other}")


def _svi_address(switch: Switch) -> Iterator[Deed]:
    for svi in switch.svis:
        address = svi.value("ip address")
        if address:
            wrong = IPv4Interface(address) + 252
            yield _deed("svi", svi.subject, "update", svi.header, f"ip address {wrong.ip}/{address.split('/')[1]}")


def _svi_added(switch: Switch) -> Iterator[Deed]:
    if all(svi.subject != f"Vlan{STRANGER}" for svi in switch.svis):
        yield _deed("svi", f"Vlan{STRANGER}", "delete", f"interface Vlan{STRANGER}", "ip address 198.51.100.1/24")


def _routing_off(switch: Switch) -> Iterator[Deed]:
    if switch.routes:
        yield _deed("routing", "default", "update", "no ip routing")


def _route_added(switch: Switch) -> Iterator[Deed]:
    for svi in switch.svis[:1]:
        address = svi.value("ip address")
        if address:
            hop = IPv4Interface(address).ip + 98
            yield _deed("static_route", f"203.0.113.0/24 via {hop}", "delete", f"ip route 203.0.113.0/24 {hop}")


SWITCH_BREAKS = (
    Scenario("vlan-deleted", "switch", "a VLAN is gone", _without("vlan", _vlans)),
    Scenario("vlan-renamed", "switch", "a VLAN has another name", _each("vlan", _vlans, "name Renamed")),
    Scenario("vlan-suspended", "switch", "a VLAN is suspended", _each("vlan", _vlans, "state suspend")),
    Scenario("vlan-added", "switch", "a VLAN too many, in the range that is ours", _vlan_added),
    Scenario("port-vlan", "switch", "a port is in another VLAN", _port_vlan),
    Scenario("port-description", "switch", "another description", _each("interface", _ports, "description Stranger")),
    Scenario("port-undescribed", "switch", "no description", _each("interface", _described_ports, "no description")),
    Scenario("port-shutdown", "switch", "a port is shut down", _each("interface", _ports, "shutdown")),
    Scenario("port-trunk", "switch", "a port is a trunk", _each("interface", _ports, "switchport mode trunk")),
    Scenario("svi-deleted", "switch", "an SVI is gone", _without("svi", _svis)),
    Scenario("svi-address", "switch", "an SVI has another address", _svi_address),
    Scenario("svi-unaddressed", "switch", "an SVI has no address", _each("svi", _svis, "no ip address")),
    Scenario("svi-shutdown", "switch", "an SVI is shut down", _each("svi", _svis, "shutdown")),
    Scenario("svi-description", "switch", "another description", _each("svi", _svis, "description Stranger")),
    Scenario("svi-undescribed", "switch", "no description", _each("svi", _described_svis, "no description")),
    Scenario("svi-added", "switch", "an SVI too many, of a VLAN that is ours", _svi_added),
    Scenario("routing-off", "switch", "the switch does not route", _routing_off),
    Scenario("static-route-added", "switch", "a static route too many", _route_added),
)
