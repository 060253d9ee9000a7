"""The topology-data.json that containerlab leaves in a lab's folder: nodes, their containers and addresses."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.adopt.inventories.foreign import MOST_HOSTS, Foreign, Said
from reconciler.desired.tree import Tree

ADDRESSES = ("mgmt-ipv4-address", "mgmt-ipv6-address")
INTO = Said("docker", "", 1, "")


def is_inventory(tree: Tree) -> bool:
    """``type: clab``, and nodes."""
    nodes = tree.child("nodes")
    return tree.nearest(("type",)).value == "clab" and nodes is not None and isinstance(nodes.value, dict)


def hosts(tree: Tree, file: str) -> Iterator[Foreign]:
    """By their short names; a switch by its address, all else is entered through docker."""
    nodes = tree.nearest(("nodes",))
    for name, node in list(nodes.value.items())[:MOST_HOSTS]:
        kind = _said(node, ("kind",), file, name)
        address = _said(node, ADDRESSES, file, name)
        container = _said(node, ("longname",), file, name)
        is_switch = kind is not None and "eos" in kind.text
        facts = {
            "platform": kind,
            "host": address if is_switch else container,
            **({"username": Said("admin", file, node.line, name)} if is_switch else {"connection": INTO}),
            **({"password": Said("admin", file, node.line, "CEOS")} if is_switch else {}),
        }
        known = {fact: said for fact, said in facts.items() if said is not None}
        yield Foreign(name, file, nodes.keys[name][0], known)  # type: ignore[arg-type]


def _said(node: Tree, names: tuple[str, ...], file: str, owner: str) -> Said | None:
    found = [value for name in names if (value := node.child(name)) is not None and value.value not in (None, "")]
    return Said(found[0].plain(), file, found[0].line, owner) if found else None
