"""What a node's kernel has, read by other means than the reconciler's: two looks at one state are equal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reconciler.lab import netns


def tables(namespace: str) -> list[str]:
    """Interfaces, IPv4 addresses and routes, permanent neighbours, tunnel FDB entries: a line each, in order."""
    return sorted(json.dumps(row, sort_keys=True) for row in _rows(namespace))


def _rows(namespace: str) -> Iterator[dict[str, Any]]:
    for link in netns.show(namespace, "-4", "address", "show"):
        for row in link["addr_info"]:
            yield {"dev": link["ifname"], "address": f"{row['local']}/{row['prefixlen']}", "scope": row["scope"]}
    for link in netns.show(namespace, "link", "show"):
        words = {name: link.get(name) for name in ("ifname", "mtu", "address", "linkinfo", "txqlen")}
        yield {**words, "up": "UP" in link["flags"]}
    yield from netns.show(namespace, "-4", "-N", "route", "show", "table", "all")
    yield from netns.show(namespace, "-4", "neigh", "show", "nud", "permanent")
    yield from (row for row in netns.show(namespace, "fdb", "show", program="bridge") if "dst" in row)
