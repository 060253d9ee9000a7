"""Which lines open a mode below an unmodelled section, section by section: `vrf RED` in `router bgp`, not elsewhere."""

from __future__ import annotations

import re

INSIDE = (
    (r"router bgp ", r"address-family .+|vrf \S+|vlan-aware-bundle \S+|vlan \d+"),
    (r"router ", r"address-family .+|vrf \S+|ipv4|ipv6"),
    (r"management security", r"ssl profile \S+"),
    (r"management ", r"vrf \S+|transport \w+ \S+"),
    (r"policy-map ", r"class \S+"),
    (r"cvx", r"service openstack"),
)
BELOW_VRF = re.compile(r"address-family .+|ipv4|ipv6")
"""Those that stand below a VRF of a section, too."""


KNOWN = (
    (r"system l1", r"unsupported "),
    (
        r"mlag configuration",
        r"domain-id |local-interface |peer-|primary-|reload-delay |heartbeat|dual-primary|shutdown",
    ),
    (r"router multicast", r"software-forwarding |route |routing|multipath |rpf |counters|activity"),
    (r"management api http-commands", r"protocol |shutdown|cors |qos |default-services|log-|session |vrf "),
    (r"ip(?:v6)? prefix-list ", r"seq |permit |deny |remark |\d"),
    (r"route-map ", r"match |set |continue|description |sub-route-map "),
    (r"daemon ", r"exec |shutdown|option |heartbeat "),
    (r"(?:system )?control-plane", r"service-policy |ip(?:v6)? access-group "),
)
"""Sections of which all lines are known by their beginnings; a margin's line in them is the margin's."""


def is_strange(section: str, line: str) -> bool:
    """Whether ``line`` cannot stand in the section that begins with ``section``; False where that is not known."""
    said = line.removeprefix("no ").removeprefix("default ")
    known = next((inner for outer, inner in KNOWN if re.match(outer, section)), None)
    return known is not None and re.match(known, said) is None


def opens(path: tuple[str, ...], line: str) -> bool:
    """Whether ``line``, typed in the section at ``path``, opens a mode in the section of the margin."""
    section = path[0]
    if is_line(path, line):
        return False
    patterns = (inner for outer, inner in INSIDE if re.match(outer, section))
    found = next(patterns, None)
    return found is not None and re.fullmatch(found, line) is not None


def is_line(path: tuple[str, ...], line: str) -> bool:
    """Whether ``line`` belongs to the section at ``path`` though at the margin it would mean something else."""
    return len(path) > 1 and path[1].startswith("vlan-aware-bundle ") and line.startswith("vlan ")


def parents(path: tuple[str, ...], line: str) -> tuple[str, ...]:
    """Below which sections ``line`` opens a mode, typed in the section at ``path``: its neighbour, unless it is in a
    VRF and ``line`` an address family of that."""
    inside = path[1:2] if BELOW_VRF.fullmatch(line) else ()
    return (*path[:1], *(vrf for vrf in inside if vrf.startswith("vrf ")))
