"""The order of a running configuration's sections, and which lines of the sections that we do not model EOS takes.

A switch has many more features than VLANs and routes. Lines of the families below are kept verbatim, in their place;
anything else at the margin is invalid input.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

VLANS, VRFS, INTERFACES, ROUTING, ROUTES, ROUTES6 = "vlan", "vrf", "interface", "ip routing", "ip route", "ipv6 route"
ROUTING6 = "ipv6 routing"
HOSTNAME, USERS, ENABLE, LOGGING = "hostname", "username", "enable", "logging"

MODELLED = r"(?!)"
"""A family whose lines are never kept verbatim."""
ORDER = (
    ("boot", r"boot |bfd |prompt |alias |schedule |cvx\b|dcbx |directflow|switch |email\b|errdisable "),
    ("aaa root", r"aaa root"),
    (ENABLE, MODELLED),
    (USERS, MODELLED),
    ("role", r"role "),
    ("management api", r"management api (?:http-commands|models)"),
    ("daemon", r"daemon "),
    ("vlan internal", r"vlan internal "),
    ("service interface", r"service interface "),
    ("transceiver", r"transceiver "),
    ("switchport default", r"switchport default "),
    ("service", r"service "),
    (LOGGING, r"logging "),
    (HOSTNAME, r"ip name-server |dns |ip domain|ip host "),
    ("ntp server", r"ntp |clock "),
    ("snmp", r"snmp-server "),
    ("spanning-tree", r"spanning-tree (?!bpduguard (?:en|dis)able|portfast (?:(?:edge|network) )?$|link-type |cost )"),
    ("system l1", r"system l1"),
    (VLANS, MODELLED),
    (VRFS, MODELLED),
    ("management", r"management (?:api|security|cvx)"),
    ("aaa", r"aaa |radius-server |tacacs-server "),
    (
        "features",
        r"lldp |lacp |load-interval |monitor |sflow |qos |queue-monitor |policy-map |class-map |event-handler ",
    ),
    (INTERFACES, MODELLED),
    ("mac", r"mac |arp "),
    ("access lists", r"ip access-list |ipv6 access-list "),
    ("virtual router", r"ip virtual-router mac|ip address virtual source-nat |ipv6 virtual-router mac"),
    (ROUTING, MODELLED),
    ("routing options", r"ip (?:igmp|pim|msdp|dhcp|tcp|ssh|community-list|as-path|arp|http|ftp|icmp|hardware|nat) ?"),
    (ROUTING6, MODELLED),
    ("control plane", r"system control-plane|control-plane"),
    ("prefix lists", r"ip prefix-list |ipv6 prefix-list "),
    ("mlag", r"mlag configuration"),
    (ROUTES, MODELLED),
    (ROUTES6, MODELLED),
    ("route maps", r"route-map "),
    ("peer filter", r"peer-filter "),
    ("router", r"router "),
    ("banner", r"banner "),
    ("remote access", r"management (?:ssh|telnet|console)"),
)
RANK = {name: number for number, (name, _) in enumerate(ORDER)}
TOGETHER = frozenset(
    {"boot", "aaa", HOSTNAME, "ntp server", LOGGING, "snmp", "spanning-tree", "features", "mac"}
    | {"virtual router", "routing options", "access lists"}
)
"""One-line commands of these families stand together, without a ``!`` between them."""
BY_NAME = frozenset({"router", "prefix lists"})
"""Sections of these families are sorted by their names."""
OPENERS = re.compile(
    r"(?:management (?!api models)|daemon |role |router |system (?:l1|control-plane)|control-plane|route-map "
    r"|mlag configuration"
    r"|ip(?:v6)? (?:access-list|prefix-list) |(?:policy|class)-map |event-handler |monitor session |peer-filter "
    r"|spanning-tree mst configuration|mac access-list |banner |cvx|email|directflow).*"
)
"""Lines of the margin that open a mode."""
OUTSIDE = re.compile(r"(?:no |default )?(?:spanning-tree|snmp-server|ntp|clock|switchport default|vlan internal|dns) ")
"""Lines that stand at the margin only: typed in a section, they leave it."""
ALONE = re.compile(
    r"spanning-tree mode|service routing protocols model|transceiver qsfp default-mode|dns domain|ip domain-name"
    r"|ip virtual-router mac-address|vlan internal order|snmp-server (?:location|contact)|switchport default mode"
    r"|service configuration session max (?:pending|completed)"
)
"""Settings with one value: a new line takes the place of the old one."""
NEGATED = re.compile(
    r"aaa root|service interface |spanning-tree vlan-id|lldp run|logging console|ip icmp |ip igmp |transceiver |aaa "
)
"""Lines whose `no` is stored and shown."""


class Place(NamedTuple):
    """Where a section stands; ``together``: its lines share a paragraph; ``name``: its place among its like."""

    rank: int
    together: bool
    name: str


@lru_cache(4096)
def family(line: str) -> str | None:
    """The family of a line at the margin, with or without its `no`; None where it is not for us to keep."""
    text = line.removeprefix("no ").removeprefix("default ")
    return next((name for name, pattern in ORDER if re.match(pattern, text + " ")), None)


@lru_cache(4096)
def place(line: str) -> Place:
    """Where a verbatim line stands in the running configuration."""
    name = family(line)
    assert name is not None, line
    return Place(RANK[name], name in TOGETHER, line if name in BY_NAME else "")
