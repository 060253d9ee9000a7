"""Lines that ports and SVIs have in common: description, MTU, shutdown, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reconciler.switch.addresses import in_order
from reconciler.switch.eos.section import one
from reconciler.switch.kinds import Interface, Svi

HEAD = re.compile(r"interface (\S+)")
L3 = r"""description (?P<description>.*)|(?P<shutdown>shutdown)|mtu (?P<mtu>\d+)\
|ip address (?P<primary>dhcp|[\d.]+/\d+)|ip address (?P<secondary>[\d.]+/\d+) secondary\
|ipv6 address (?P<ipv6>[\da-fA-F:.]+/\d+)""".replace("\\\n", "")
L2 = r"""(?P<routed>no switchport)|(?P<switched>switchport)|switchport mode (?P<mode>\S.*)\
|switchport access vlan (?P<access>\d+)|switchport trunk native vlan (?P<native>\d+)\
|switchport trunk allowed vlan (?P<allowed>all|none|\d[\d,-]*)""".replace("\\\n", "")
KNOWN_ON_PORT = re.compile(f"{L3}|{L2}")
KNOWN_ON_SVI = re.compile(rf"{L3}|vrf(?: forwarding)? (?P<vrf>\S+)")
DEFAULT_MTU = 1500


def mtu(values: Mapping[str, list[str]]) -> int | None:
    """EOS keeps and shows `mtu 1500` where somebody typed it; it says no more than its absence."""
    configured = int(one(values, "mtu") or DEFAULT_MTU)
    return None if configured == DEFAULT_MTU else configured


def addresses(values: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Raises: ValueError."""
    return in_order(address for name in ("primary", "secondary", "ipv6") for address in values.get(name, []))


def attribute(old: Interface | Svi, new: Interface | Svi) -> Iterator[str]:
    if old.description != new.description:
        yield "no description" if new.description is None else f"description {new.description}"
    if old.mtu != new.mtu:
        yield "no mtu" if new.mtu is None else f"mtu {new.mtu}"


def shutdown(old: Interface | Svi, new: Interface | Svi) -> Iterator[str]:
    """Last of an interface's lines: it comes up as what it should be."""
    if old.shutdown != new.shutdown:
        yield "shutdown" if new.shutdown else "no shutdown"
