"""Breaks of the VXLAN device's neighbours and forwarding entries."""

from __future__ import annotations

from collections.abc import Iterator

from .live import Node
from .scenario import Deed, Scenario

WRONG_MAC = "02:00:00:00:0b:ad"
WRONG_END = "198.51.100.9"


def _neighbour(node: Node, command: str, address: str, verb: str, mac: str | None = None) -> Deed:
    name = f"{address} dev {node.tunnel}"
    value = f" lladdr {mac} nud permanent" if mac else ""
    return Deed((f"neigh {command} {name}{value}",), (("neighbour", name, verb),))


def _neighbour_deleted(node: Node) -> Iterator[Deed]:
    return (_neighbour(node, "del", row["dst"], "create") for row in node.neighbours)


def _neighbour_mac(node: Node) -> Iterator[Deed]:
    return (_neighbour(node, "replace", row["dst"], "update", WRONG_MAC) for row in node.neighbours)


def _neighbour_stale(node: Node) -> Iterator[Deed]:
    return (_neighbour(node, "add", str(node.stale.network_address), "delete", WRONG_MAC) for _ in node.vxlan)


def _entry(node: Node, command: str, mac: str, verb: str, end: str) -> Deed:
    name = f"{mac} dev {node.tunnel}"
    words = f"fdb {command} {name} dst {end} self" + ("" if command == "del" else " permanent")
    return Deed((words,), (("fdb", name, verb),), tool="bridge")


def _fdb_deleted(node: Node) -> Iterator[Deed]:
    return (_entry(node, "del", row["mac"], "create", row["dst"]) for row in node.fdb)


def _fdb_end(node: Node) -> Iterator[Deed]:
    return (_entry(node, "replace", row["mac"], "update", WRONG_END) for row in node.fdb)


def _fdb_stale(node: Node) -> Iterator[Deed]:
    return (_entry(node, "add", WRONG_MAC, "delete", WRONG_END) for _ in node.vxlan)


NEIGHBOUR_BREAKS = (
    Scenario("neighbour-deleted", "node", "a tunnel end's neighbour entry is gone", _neighbour_deleted),
    Scenario("neighbour-mac", "node", "a tunnel end has the wrong MAC", _neighbour_mac),
    Scenario("neighbour-stale", "node", "a neighbour that is no node", _neighbour_stale),
    Scenario("fdb-deleted", "node", "a tunnel end's forwarding entry is gone", _fdb_deleted),
    Scenario("fdb-end", "node", "a MAC is sent to the wrong node", _fdb_end),
    Scenario("fdb-stale", "node", "a forwarding entry for a MAC that no node has", _fdb_stale),
)
