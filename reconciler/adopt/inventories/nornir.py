"""Nornir's SimpleInventory: hosts.yaml, with groups.yaml and defaults.yaml beside it.

A host's own words count, then those of its groups from first to last, each with the groups of its own, then the
defaults; what is said for the connection of netmiko (or paramiko, scrapli) counts before all of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from reconciler.adopt.adopted import NotRead, Remark, Sources, readable
from reconciler.adopt.inventories.foreign import MOST_HOSTS, Fact, Foreign, Said
from reconciler.desired.compose import compose
from reconciler.desired.tree import Tree

FIELDS = frozenset({"hostname", "port", "username", "password", "platform", "groups", "data", "connection_options"})
FACTS: Mapping[Fact, str] = {
    "host": "hostname",
    "port": "port",
    "username": "username",
    "password": "password",
    "platform": "platform",
}
CONNECTIONS = ("netmiko", "scrapli", "paramiko")
EXTRAS: Mapping[Fact, str] = {"secret": "secret", "key": "key_file"}
MOST_GROUPS = 100
"""Around one host."""


def is_inventory(tree: Tree) -> bool:
    """Whether it looks like a hosts.yaml: mappings that have nothing but a host's fields, or all an address.

    Nornir passes over fields that it does not know.
    """
    bodies = [body.value for body in tree.value.values()] if isinstance(tree.value, dict) else []
    known = [body for body in bodies if isinstance(body, dict) and body]
    if not known or not all(body is None or isinstance(body, dict) for body in bodies):
        return False
    return all(body.keys() <= FIELDS for body in known) or all("hostname" in body for body in known)


def hosts(tree: Tree, file: str, sources: Sources, remarks: list[Remark]) -> Iterator[Foreign]:
    groups, groups_file = _beside(sources, file, "groups", remarks)
    defaults, defaults_file = _beside(sources, file, "defaults", remarks)
    if len(tree.value) > MOST_HOSTS:
        remarks.append(Remark(file, 1, "more hosts", f"at most {MOST_HOSTS:,} are brought over"))
    for name, body in list(tree.value.items())[:MOST_HOSTS]:
        around = list(_around(body, groups))
        layers = [
            (body, file, name),
            *((groups.value[group], groups_file, group) for group in around),
            (defaults, defaults_file, "defaults"),
        ]
        facts: dict[Fact, Said] = {}
        for layer, place, owner in layers:
            for fact, said in _facts(layer, place, owner):
                facts.setdefault(fact, said)
        yield Foreign(name, file, tree.keys[name][0], facts, tuple(reversed(around)))


def _beside(sources: Sources, file: str, name: str, remarks: list[Remark]) -> tuple[Tree, str]:
    """One of the other two files; an empty mapping without it."""
    empty = Tree({}, 1, 1)
    for suffix in (".yaml", ".yml"):
        place = str(PurePosixPath(file).parent / f"{name}{suffix}")
        if not sources.exists(place):
            continue
        try:
            trees, faults = compose(readable(sources, place))
        except NotRead as error:
            remarks.append(Remark(place, error.line, error.what, error.right))
            return empty, place
        remarks += [Remark(place, fault.line, fault.what, fault.right) for fault in faults]
        return (trees[0] if trees and isinstance(trees[0].value, dict) else empty), place
    return empty, f"{name}.yaml"


def _around(body: Tree, groups: Tree) -> Iterator[str]:
    """Groups in the order in which they count, each once."""
    seen: set[str] = set()
    waiting = _named(body)
    while waiting and len(seen) < MOST_GROUPS:
        name = waiting.pop(0)
        if name not in seen and name in groups.value:
            seen.add(name)
            yield name
            waiting = [*_named(groups.value[name]), *waiting]


def _named(body: Tree) -> list[str]:
    listed = body.child("groups")
    return [str(one.value) for one in listed.value] if listed is not None and isinstance(listed.value, list) else []


def _facts(layer: Tree, file: str, owner: str) -> Iterator[tuple[Fact, Said]]:
    """Those of the connection first."""
    options = layer.child("connection_options")
    for name in CONNECTIONS:
        own = options.child(name) if options is not None else None
        if own is not None:
            yield from _of(own, FACTS, file, owner)
            yield from _of(own.child("extras"), EXTRAS, file, owner)
    yield from _of(layer, FACTS, file, owner)


def _of(tree: Tree | None, names: Mapping[Fact, str], file: str, owner: str) -> Iterator[tuple[Fact, Said]]:
    for fact, name in names.items():
        value = tree.child(name) if tree is not None else None
        if value is not None and value.value is not None:
            yield fact, Said(value.plain(), file, value.line, owner)
