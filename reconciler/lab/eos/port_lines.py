"""Lines of an interface that are not modelled: which there are, which replace one another, and where they stand."""

from __future__ import annotations

import re
from functools import lru_cache

from .config import Block

KNOWN = re.compile(
    r"(?:spanning-tree|lldp|lacp|mlag|speed|storm-control|vxlan|ip|ipv6|load-interval|logging|arp|service-policy|qos|ptp"
    r"|sflow|flowcontrol|priority-flow-control|bfd|isis|ospf|pim|dot1x|snmp|tunnel|unidirectional|switchport"
    r"|error-correction|phone|mac|tap|tool|l2-protocol|dhcp|encapsulation)\b.*|!!.*"
)
MODELLED = (
    *("switchport access", "switchport mode", "switchport trunk allowed", "switchport trunk native"),
    *("switchport trunk group", "ip address", "ipv6 address", "ip virtual-router address"),
)
"""What must be one of the modelled commands: another form of it is invalid."""
KEPT = re.compile(r"ipv6 address (?:auto-config|\S+ link-local)|ip address negotiated")
"""Forms of the modelled commands that are kept as they are."""
SINGLE = re.compile(
    r"spanning-tree (?:portfast(?! auto)|bpduguard|bpdufilter|cost|link-type|port-priority|guard)|speed|load-interval"
    r"|lacp (?:timer|rate|port-priority)|bfd interval|vxlan (?:source-interface|udp-port|vlan \S+|vrf \S+)|mlag"
    r"|ip (?:ospf cost|ospf priority|mtu)|tunnel \w+|flowcontrol \w+|error-correction encoding|storm-control \S+"
)
"""Settings with one value: a new line takes the place of the old one."""
STORED_NO = re.compile(r"lldp ")
"""Lines whose `no` is stored and shown."""
EARLY, AFTER_SWITCHING, BEFORE_ADDRESSES, ADDRESSES, LATE = 15, 45, 55, 65, 75
"""Places between description 10, mtu 20, switchport 30, channel-group 50, vrf 60, ip address 62, ipv6 address 70,
virtual router 72 (the reference's sections 5.3 and 5.4)."""
PLACES = (
    (r"!!", 0),
    (r"load-interval|speed|error-correction|unidirectional", EARLY),
    (r"switchport", AFTER_SWITCHING),
    (r"encapsulation", BEFORE_ADDRESSES),
    (r"ip address", 63),
    (r"ip\b", ADDRESSES),
    (r"ipv6 enable", 68),
    (r"ipv6 address", 70),
    (r"ipv6\b", 71),
    (r"mlag", LATE),
    (r"lldp transmit", 76),
    (r"lldp", 77),
    (r"vxlan source-interface", 80),
    (r"vxlan virtual-router", 81),
    (r"vxlan udp-port", 82),
    (r"vxlan vlan", 83),
    (r"vxlan vrf", 84),
    (r"vxlan", 85),
    (r"spanning-tree portfast", 88),
    (r"spanning-tree", 90),
)
OTHERS = 79


def may_say(text: str) -> bool:
    """Whether an interface can have this line (without its `no`)."""
    return KNOWN.fullmatch(text) is not None and (KEPT.match(text) is not None or not text.startswith(MODELLED))


def put(blocks: tuple[Block, ...], line: str) -> tuple[Block, ...]:
    """The lines after ``line`` was typed: `no X` and `default X` take X away, X takes `no X` away."""
    word, _, rest = line.partition(" ")
    if word in ("no", "default"):
        kept = tuple(block for block in blocks if not _belongs(block.line, rest))
        return _ordered((*kept, Block(line))) if word == "no" and STORED_NO.match(rest) else kept
    setting = SINGLE.match(line)
    gone = setting[0] if setting else line
    return _ordered((*(block for block in blocks if not _belongs(block.line, gone)), Block(line)))


def _ordered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(sorted(blocks, key=lambda block: place(block.line)))


@lru_cache(4096)
def place(line: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    """Sort key: the line's place, and numbers by their value."""
    text = line.removeprefix("no ")
    rank = next((rank for pattern, rank in PLACES if re.match(pattern, text)), OTHERS)
    if text.startswith("!!"):
        return rank, ()
    words = re.findall(r"\d+|\D+", text)
    return rank, tuple((1, int(word), "") if word.isdecimal() else (0, 0, word) for word in words)


def _belongs(line: str, setting: str) -> bool:
    said = line.removeprefix("no ")
    return said == setting or said.startswith(setting + " ")
