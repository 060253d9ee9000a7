"""A node's own document: its interfaces and addresses, and the rows that somebody has written by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from ipaddress import ip_address
from typing import Any

from reconciler.adopt.live.foreign import LOOPBACK, Foreign
from reconciler.adopt.live.rows import written
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.core.resource import Key, Resource
from reconciler.intent.interfaces import HERTZ
from reconciler.intent.mtu import ETHERNET_MTU, OVERHEAD
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import OUR_ALIAS, Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule

MADE = ("vxlan", "bridge")
"""Kinds of interfaces that a document can ask for."""
VXLAN_PORT = 4789
BRIDGE_TIMES = {"forwardDelay": 15 * HERTZ, "ageingTime": 300 * HERTZ}
"""The kernel's own, in 1/100 s."""


def node_sketch(seen: Seen, foreign: Foreign) -> Sketch:
    """Interfaces and their addresses; rows come later (`by_hand`)."""
    sketch = Sketch("Node", seen.name)
    found = dict(_interfaces(seen, foreign))
    if found:
        sketch.spec["interfaces"] = found
    return sketch


def _interfaces(seen: Seen, foreign: Foreign) -> Iterator[tuple[str, dict[str, Any]]]:
    links = {link.ifname: link for link in seen.all(Link)}
    bridges = {link.ifname for link in links.values() if link.info_kind == "bridge" and not foreign.why(link)}
    for name, link in sorted(links.items(), key=lambda item: (item[0] != LOOPBACK, item[1].info_kind in MADE)):
        if name != LOOPBACK and foreign.why(link):
            continue
        addresses = [row for row in seen.on(Address, {name}) if not foreign.why(row)]
        if name == LOOPBACK and not addresses:
            continue
        spec = _interface(link, addresses, bridges)
        if link.info_kind in MADE or "addresses" in spec or "master" in spec:
            yield name, spec


def _interface(link: Link, addresses: list[Address], bridges: Collection[str]) -> dict[str, Any]:
    made = link.info_kind in MADE
    usual = ETHERNET_MTU if link.info_kind != "vxlan" else ETHERNET_MTU - OVERHEAD["vxlan", 4]
    first = sorted(addresses, key=lambda row: "secondary" in (row.flags or ()))
    spec = {
        "addresses": [_address(row) for row in first] or ([] if made and link.alias == OUR_ALIAS else None),
        "mtu": None if link.mtu == usual or link.ifname == LOOPBACK else link.mtu,
        "mac": link.address if link.info_kind == "vxlan" else None,
        "up": False if link.up is False else None,
        "master": link.master if link.master in bridges else None,
        "vxlan": _vxlan(link) if link.info_kind == "vxlan" else None,
        "bridge": _bridge(link) if link.info_kind == "bridge" else None,
    }
    return {name: value for name, value in spec.items() if value is not None}


def _vxlan(link: Link) -> dict[str, Any]:
    port = None if link.port == VXLAN_PORT else link.port
    spec = {"id": link.id, "port": port, "local": link.local, "dev": link.lower, "group": link.group}
    return {name: value for name, value in spec.items() if value is not None} | (
        {"learning": True} if link.learning else {}
    )


def _bridge(link: Link) -> dict[str, Any]:
    """Times are counted in 1/100 s, and written in whole ones; others stay as they are."""
    times = {"forwardDelay": link.forward_delay, "ageingTime": link.ageing_time}
    told = {name: time // HERTZ for name, time in times.items() if time is not None and _is_told(name, time)}
    return ({"stp": True} if link.stp_state else {}) | told


def _is_told(name: str, time: int) -> bool:
    return time != BRIDGE_TIMES[name] and time % HERTZ == 0


def _address(row: Address) -> Any:
    """The text alone where that says it all."""
    text = f"{row.local}/{row.prefixlen}"
    usual = "link" if ":" in text and ip_address(row.local).is_link_local else "global"
    usual = "host" if ip_address(row.local).is_loopback else usual
    scope = None if row.scope == usual or ":" in text else row.scope
    more = {name: value for name, value in {"scope": scope, "peer": row.peer}.items() if value is not None}
    return {"address": text, **more} if more else text


def by_hand(seen: Seen, foreign: Foreign, known: Collection[Key] = ()) -> list[Resource]:
    """Rows that somebody wrote: nobody else's, and not ``known`` from elsewhere."""
    rows = (row for kind in (Rule, Route, Neighbour, FdbEntry) for row in seen.all(kind))
    return [row for row in rows if row.key not in known and not foreign.why(row)]


def add_rows(sketch: Sketch, rows: Iterable[Resource], note: str = "") -> list[Resource]:
    """Write what can be written; the rest is returned."""
    left = []
    for row in rows:
        line = written(row)
        if line is None:
            left.append(row)
        else:
            sketch.add(line.section, line.line, note)
    return left


def left_out(seen: Seen, foreign: Foreign, known: Collection[Key]) -> str:
    """How much of the node is somebody else's, for the comment above its document; empty: nothing."""
    kinds = (Route, Neighbour, FdbEntry, Rule, Address)
    rows = (row for kind in kinds for row in seen.all(kind) if row.key not in known)
    counted = Counter(why for row in rows if (why := foreign.why(row)))
    return ", ".join(f"{count} {why}" for why, count in sorted(counted.items()))
