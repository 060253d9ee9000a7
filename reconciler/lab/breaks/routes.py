"""Breaks of routes: gone, wrong in one attribute, taken over, stale."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from .live import BY_HAND, Node, Row
from .scenario import Deed, Scenario


def _name(row: Row) -> str:
    return f"{row['dst']} table 254 metric {row.get('metric', 0)}"


def _words(row: Row) -> str:
    """The route in the words of ``ip route``."""
    kind = "" if row["type"] == "unicast" else f"{row['type']} "
    fields = {"via": "gateway", "dev": "dev", "proto": "protocol", "src": "prefsrc", "mtu": "mtu", "metric": "metric"}
    given = [f"{word} {row[field]}" for word, field in fields.items() if field in row]
    scope = [] if "gateway" in row or kind else ["scope link"]
    flags = ["onlink"] if "onlink" in row.get("flags", ()) else []
    return f"{kind}{row['dst']} " + " ".join([*given, *scope, *flags])


def _tunnelled(node: Node) -> list[Row]:
    return [row for row in node.routes if row.get("dev") == node.tunnel and "gateway" in row]


def _direct(node: Node) -> list[Row]:
    rows = [row for row in node.routes if row["protocol"] in node.protocols and "gateway" in row]
    return [row for row in rows if row["dev"] != node.tunnel]


def _onlink(node: Node) -> list[Row]:
    return [row for row in _direct(node) if "onlink" in row.get("flags", ())]


def _by_hand(node: Node) -> list[Row]:
    return [row for row in node.routes if row["protocol"] == BY_HAND and "gateway" in row]


def _blackholes(node: Node) -> list[Row]:
    return [row for row in node.routes if row["type"] == "blackhole"]


def _hosts(node: Node) -> list[Row]:
    return [row for row in node.routes if row.get("dev") == node.tunnel and "gateway" not in row]


def _deleted(rows: list[Row]) -> Iterator[Deed]:
    for row in rows:
        yield Deed((f"route del {_words(row)}",), (("route", _name(row), "create"),))


def _changed(rows: list[Row], verb: str = "update", **fields: object) -> Iterator[Deed]:
    for row in rows:
        changed = {key: value for key, value in {**row, **fields}.items() if value is not None}
        yield Deed((f"route replace {_words(changed)}",), (("route", _name(row), verb),))


def _gateway(rows: list[Row], step: int) -> Iterator[Deed]:
    for row in rows:
        yield from _changed([row], gateway=str(IPv4Address(row["gateway"]) + step))


def _other_device(node: Node) -> Iterator[Deed]:
    """A tunnelled block sent over the underlay, as if its node were a neighbour."""
    hop = next((row for row in (*_direct(node), *_by_hand(node))), None)
    if hop is not None:
        yield from _changed(_tunnelled(node), dev=hop["dev"], gateway=hop["gateway"], protocol=node.protocols[0])


def _not_blackhole(node: Node) -> Iterator[Deed]:
    hop = next((row for row in (*_direct(node), *_by_hand(node))), None)
    if hop is not None:
        yield from _changed(_blackholes(node), type="unicast", dev=hop["dev"], gateway=hop["gateway"])


def _now_blackhole(node: Node) -> Iterator[Deed]:
    rows = _direct(node)
    yield from _changed(rows, type="blackhole", dev=None, gateway=None, flags=())


def _source(node: Node) -> Iterator[Deed]:
    for address in node.addresses:
        if address["dev"] != node.tunnel:
            yield from _changed(_direct(node), prefsrc=address["local"])


def _other_owner(node: Node) -> Iterator[Deed]:
    """Felix takes whatever is on its device for its own; flannel's routes are told from others' by their protocol."""
    yield from _changed(_tunnelled(node), "update" if node.takes_tunnel_routes else "adopt", protocol="99")


def _stale(node: Node) -> Iterator[Deed]:
    for row in _direct(node)[:1]:
        yield from _added({**row, "dst": str(node.stale)})


def _stale_tunnelled(node: Node) -> Iterator[Deed]:
    for row in _tunnelled(node)[:1]:
        yield from _added({**row, "dst": str(node.stale)})


def _stale_by_hand(node: Node) -> Iterator[Deed]:
    for row in _by_hand(node)[:1]:
        yield from _added({**row, "dst": "203.0.113.0/24"})


def _added(row: Row) -> Iterator[Deed]:
    yield Deed((f"route add {_words(row)}",), (("route", _name(row), "delete"),))


def _twin(node: Node) -> Iterator[Deed]:
    for row in _direct(node):
        name = f"{row['dst']} table 254 metric 50"
        yield Deed((f"route add {_words({**row, 'metric': 50})}",), (("route", name, "delete"),))


ROUTE_BREAKS = (
    Scenario("route-deleted", "node", "a same-subnet block route is gone", lambda node: _deleted(_direct(node))),
    Scenario(
        "route-tunnel-deleted", "node", "a tunnelled block route is gone", lambda node: _deleted(_tunnelled(node))
    ),
    Scenario("route-host-deleted", "node", "a tunnel address's own /32 is gone", lambda node: _deleted(_hosts(node))),
    Scenario("route-hand-deleted", "node", "a hand-written route is gone", lambda node: _deleted(_by_hand(node))),
    Scenario(
        "blackhole-deleted", "node", "the own block's blackhole is gone", lambda node: _deleted(_blackholes(node))
    ),
    Scenario("blackhole-unicast", "node", "the own block is routed away", _not_blackhole),
    Scenario("route-blackhole", "node", "a peer's block is a blackhole", _now_blackhole),
    Scenario("route-gateway", "node", "a block goes to the wrong node", lambda node: _gateway(_direct(node), 100)),
    Scenario("route-tunnel-gateway", "node", "the wrong tunnel end", lambda node: _gateway(_tunnelled(node), 1)),
    Scenario("route-hand-gateway", "node", "the wrong next hop by hand", lambda node: _gateway(_by_hand(node), 100)),
    Scenario("route-device", "node", "a tunnelled block goes over the underlay", _other_device),
    Scenario(
        "route-onlink", "node", "a block route has lost its onlink", lambda node: _changed(_onlink(node), flags=())
    ),
    Scenario("route-mtu", "node", "a route with an MTU", lambda node: _changed(_direct(node), mtu=1300)),
    Scenario("route-source", "node", "a block route with a source address", _source),
    Scenario("route-protocol", "node", "another owner", _other_owner),
    Scenario("route-taken", "node", "overwritten", lambda node: _changed(_direct(node), "adopt", protocol="4")),
    Scenario("route-stale", "node", "a route to a block that no node has", _stale),
    Scenario("route-tunnel-stale", "node", "a tunnelled route to a block that no node has", _stale_tunnelled),
    Scenario("route-hand-stale", "node", "a route with our mark that nobody wrote", _stale_by_hand),
    Scenario("route-twin", "node", "a block route twice, with another metric", _twin),
)
