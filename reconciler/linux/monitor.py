"""What `ip -o -d -N monitor label` and `bridge monitor fdb` print: each event's line as a row that a reading has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from reconciler.core.resource import Key, Resource
from reconciler.core.watching import Program
from reconciler.linux import address, fdb, neighbour, route
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.words import TYPES

# 4 MiB of the kernel's memory for events that nobody has read yet, as far as net.core.rmem_max lets us.
IP = (
    "ip -rcvbuf 4194304 -o -d -N monitor label link address route neigh rule "
    "$(case $(ip monitor help 2>&1) in (*nexthop*) echo nexthop;; esac)"
)
PROGRAMS = (Program("ip", IP, of_kernel=True), Program("bridge", "bridge monitor fdb", of_kernel=True))
"""Of the kernel's tables only WireGuard's tell nothing: a change of peers has no event (rtnetlink knows none)."""

MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2} dev ")
LEG = "\\\tnexthop "
NOISE = frozenset({"cache", "proxy"})
"""Exceptions of the path MTU, and proxy entries: no reading holds them."""
STATES = frozenset(
    {"PERMANENT", "NOARP", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "INCOMPLETE", "NONE"},
)
ROUTE_WORDS = {
    "dev": "dev",
    "table": "table",
    "proto": "protocol",
    "scope": "scope",
    "src": "prefsrc",
    "from": "from",
    "tos": "tos",
    "nhid": "nhid",
    "pref": "pref",
    "expires": "expires",
}
METRICS = frozenset(
    {"mtu", "advmss", "window", "rtt", "rttvar", "rto_min", "ssthresh", "cwnd", "initcwnd", "initrwnd", "reordering"}
    | {"hoplimit", "quickack"}
)
ROUTE_FLAGS = frozenset({"onlink", "dead", "linkdown", "pervasive", "offload", "trap", "offload_failed"})
FDB_WORDS = {
    "dst": "dst",
    "port": "port",
    "vni": "vni",
    "src_vni": "src_vni",
    "via": "viaIf",
    "nhid": "nhid",
    "dev": "ifname",
}
UNKNOWN = "unknown"
"""A word that we do not know makes an entry unlike any that was read."""


class Told(NamedTuple):
    """One entry that an event is about. ``resource`` is None where a reading has nothing of that key."""

    key: Key
    resource: Resource | None


def told(text: str) -> Told | None:
    """What an event without its ``Deleted`` says of a route, address, neighbour or FDB entry; None: nothing at all.

    Raises: ValueError, LookupError, TypeError for a line that is none of these.
    """
    label, _, rest = text.partition("]")
    if label in READERS:
        return READERS[label](rest)
    if MAC.match(text):
        return _fdb(text.split())
    raise ValueError("neither ip nor bridge prints this")


def _route(text: str) -> Told | None:
    head, *legs = text.split(LEG)
    words = head.split()
    if not NOISE.isdisjoint(words):
        return None
    if words[0] not in TYPES or "encap" in words:  # the words of an encapsulation are those of a route, too
        raise ValueError("a route of an unknown kind")
    row: dict[str, Any] = {"type": words[0], "dst": words[1], **_way(words[2:])}
    if legs:
        row["nexthops"] = [_way(leg.split()) for leg in legs]
    six = "pref" in row or ":" in words[1] or ":" in row.get("gateway", "")
    found = next(route.read([row], "::/0" if six else "0.0.0.0/0"), None)
    return None if found is None else Told(found.key, found)


def _way(words: Sequence[str]) -> dict[str, Any]:
    """The row of a route without its destination, or of one of its legs."""
    row: dict[str, Any] = {"flags": []}
    metrics: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if word in ROUTE_WORDS:
            row[ROUTE_WORDS[word]] = next(rest)
        elif word == "via":
            row |= _via(rest)
        elif word in ("metric", "weight"):
            row[word] = int(next(rest))
        elif word in METRICS:
            metrics[word] = _metric(rest)
        elif word in ROUTE_FLAGS:
            row["flags"].append(word)
        else:
            row[UNKNOWN] = word
    return row | ({"metrics": [metrics]} if metrics else {})


def _via(rest: Iterator[str]) -> dict[str, Any]:
    host = next(rest)
    return {"via": {"host": next(rest)}} if host in ("inet", "inet6") else {"gateway": host}


def _metric(rest: Iterator[str]) -> int:
    value = next(rest)
    return int((next(rest) if value == "lock" else value).removesuffix("ms"))


def _neighbour(text: str) -> Told | None:
    """A neighbour has one state; what is PERMANENT and something more besides is an FDB entry, which `bridge` tells."""
    words = text.split()
    states = [word for word in words if word in STATES]
    if words[0] == "dev" or not NOISE.isdisjoint(words) or ("PERMANENT" in states and len(states) > 1):
        return None
    if words[1] != "dev":
        raise ValueError("a neighbour without a device")
    row = {"dst": words[0], "dev": words[2], **_pairs(words[3:], {"lladdr": "lladdr", "proto": "protocol"})}
    found = next(neighbour.read([row]), None) if states == ["PERMANENT"] else None
    return Told(found.key if found else Neighbour(dev=words[2], dst=words[0], lladdr="").key, found)


def _fdb(words: Sequence[str]) -> Told | None:
    """What leads to no tunnel end is a bridge's, or a network card's."""
    row: dict[str, Any] = {"mac": words[0], "flags": words, **_pairs(words[1:], FDB_WORDS)}
    if "dst" not in row:
        return None
    key = FdbEntry(dev=row["ifname"], mac=words[0], dst=row["dst"]).key
    row["state"] = "permanent" if "permanent" in words else ""
    return Told(key, next(fdb.read([row], (row["ifname"],)), None))


def _pairs(words: Sequence[str], names: dict[str, str]) -> dict[str, str]:
    rest = iter(words)
    return {names[word]: next(rest) for word in rest if word in names}


def _address(text: str) -> Told | None:
    """``3: eth1    inet 10.0.0.1 peer 10.0.0.2/32 brd … scope 0 dynamic eth1\\   valid_lft …``: a label ends IPv4's."""
    words = text.partition("\\")[0].split()
    dev, family, local = words[1], words[2], words[3]
    if not family.startswith("inet"):
        return None
    said = _pairs(words[4:], {"peer": "address", "brd": "broadcast", "scope": "scope"})
    far, _, length = said.get("address", local).partition("/")
    flags = dict.fromkeys(words[words.index("scope") + 2 : len(words) - (family == "inet")], True)
    info: dict[str, Any] = {**said, **flags, "local": local.partition("/")[0], "prefixlen": int(length)}
    if "address" in said:
        info["address"] = far
    found = next(address.read([{"ifname": dev, "addr_info": [info]}]))
    return Told(found.key, found)


READERS: dict[str, Callable[[str], Told | None]] = {
    "[ROUTE": _route,
    "[NEIGH": _neighbour,
    "[ADDR": _address,
}
