"""A containerlab topology: its nodes with all that they inherit, and how docker calls their containers.

What is inherited, and in which order (containerlab, types/topology.go): a node's own words count before those of its
group, its kind and the defaults; ``exec`` lines are run in the opposite order, all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.adopt.adopted import Refused, Remark
from reconciler.adopt.containerlab.variables import filled
from reconciler.desired.compose import compose
from reconciler.desired.documents.values import DEVICE_NAME
from reconciler.desired.tree import Tree

NODE_NAME = "__clabNodeName__"
PREFIX = "clab"
LAB_ALONE = "__lab-name"
UNPREFIXED = ("ext-container", "k8s-kind")
"""Kinds whose containers somebody else has made, under names of their own."""
SWITCHES = ("arista_ceos", "ceos", "arista_veos", "vr-arista_veos", "vr-veos")
HOSTS = ("linux", "ext-container")
CLUSTER = "k8s-kind"
MOST_NODES = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """A text and the line of the topology file that it stands on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Member:
    """One node of a topology. ``container``: what docker calls it; ``said``: its settings, inherited ones too.

    ``binds``: files of the host by the place where the container sees them.
    """

    name: str
    kind: str
    container: str
    line: int
    exec: tuple[Line, ...] = ()
    binds: Mapping[str, Line] = field(default_factory=dict)
    said: Mapping[str, Line] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """One setting; empty where nobody says it."""
        return self.said[name].text if name in self.said else ""

    @property
    def is_switch(self) -> bool:
        return self.kind in SWITCHES


@dataclass(frozen=True, slots=True)
class Lab:
    """A topology: ``tree`` is its whole file."""

    name: str
    file: str
    tree: Tree
    members: Mapping[str, Member]


def lab(text: str, file: str, given: Mapping[str, str]) -> tuple[Lab, list[Remark]]:
    """Raises: Refused for what is no topology."""
    whole, remarks = filled(text, file, given)
    trees, faults = compose(whole)
    remarks += [Remark(file, fault.line, fault.what, fault.right) for fault in faults]
    tree = trees[0] if trees else Tree(None, 1, 1)
    nodes = tree.nearest(("topology", "nodes"))
    topology = tree.child("topology")
    if topology is None or topology.child("nodes") is not nodes or not isinstance(nodes.value, dict):
        why = remarks[0].why if faults else "a topology has `name`, and `topology` with `nodes`"
        line, what = (faults[0].line, faults[0].what) if faults else (tree.line, "no containerlab topology")
        raise Refused(Remark(file, line, what, why))
    if len(nodes.value) > MOST_NODES:
        raise Refused(Remark(file, nodes.line, f"{len(nodes.value):,} nodes", f"at most {MOST_NODES:,}"))
    remarks += [Remark(file, one.line, "a second document", "a topology is one document") for one in trees[1:]]
    name = _text(tree, "name") or "lab"
    prefix = _prefix(tree, name)
    if not DEVICE_NAME.fullmatch(f"{prefix}0"):
        place = tree.nearest(("name",))
        remarks.append(Remark(file, place.line, "the name or prefix of the lab", "no container can be called after it"))
        name, prefix = "lab", f"{PREFIX}-lab-"
    members = dict(_members(topology, prefix, file, remarks))
    return Lab(name, file, tree, members), remarks


def _prefix(tree: Tree, name: str) -> str:
    """What stands before a node's name in that of its container (containerlab, ``prefix``)."""
    given = tree.child("prefix")
    prefix = PREFIX if given is None else str(given.value or "")
    return "" if not prefix else f"{name}-" if prefix == LAB_ALONE else f"{prefix}-{name}-"


def _members(topology: Tree, prefix: str, file: str, remarks: list[Remark]) -> Iterator[tuple[str, Member]]:
    nodes = topology.nearest(("nodes",))
    for name, own in nodes.value.items():
        line = nodes.keys[name][0]
        if not DEVICE_NAME.fullmatch(name):
            remarks.append(Remark(file, line, f"node {name!r}", "no device can have this name; left out"))
            continue
        layers = _layers(topology, own)
        said = {
            key: Line(str(value.value).replace(NODE_NAME, name), value.line)
            for layer in layers
            for key, value in _mapping(layer).items()
            if value.value not in (None, "") and not isinstance(value.value, (dict, list))
        }
        kind = _kind(topology, own)
        remarks += [
            Remark(file, layer.keys["stages"][0], f"stages of {name}", "their commands are not brought over")
            for layer in layers
            if layer.child("stages") is not None
        ]
        container = f"{prefix}{name}"
        container = name if kind in UNPREFIXED or not DEVICE_NAME.fullmatch(container) else container
        lines = tuple(_exec(layers, name, file, remarks))
        yield name, Member(name, kind, container, line, lines, dict(_binds(layers, name)), said)


def _layers(topology: Tree, own: Tree) -> list[Tree]:
    """From what counts least to what counts most."""
    defaults = _under(topology, "defaults")
    kind = _under(topology, "kinds", _kind(topology, own))
    group = _text(own, "group") or _text(kind, "group") or _text(defaults, "group")
    return [defaults, kind, _under(topology, "groups", group), own]


def _kind(topology: Tree, own: Tree) -> str:
    """A node's own kind, that of its group, that of the default group, or the default one."""
    defaults = _under(topology, "defaults")
    groups = (_under(topology, "groups", _text(said, "group")) for said in (own, defaults))
    return next(filter(None, (_text(one, "kind") for one in (own, *groups, defaults))), "")


def _under(tree: Tree, *path: str) -> Tree:
    """What stands there; an empty mapping where nothing does."""
    for step in path:
        tree = tree.child(step) or Tree({}, tree.line, tree.col)
    return tree


def _exec(layers: list[Tree], name: str, file: str, remarks: list[Remark]) -> Iterator[Line]:
    for layer in layers:
        given = layer.child("exec") or Tree([], layer.line, layer.col)
        if not isinstance(given.value, list):
            remarks.append(Remark(file, given.line, f"exec of {name}", "expected a list of commands; left out"))
        for one in given.value if isinstance(given.value, list) else ():
            if isinstance(one.value, str):
                yield Line(one.value.replace(NODE_NAME, name), one.line)
            else:
                remarks.append(Remark(file, one.line, f"an exec line of {name}", "not a text; left out"))


def _binds(layers: list[Tree], name: str) -> Iterator[tuple[str, Line]]:
    """``file:/place/in/the/container:ro``; for one place the nearest layer counts."""
    for layer in layers:
        given = layer.child("binds")
        for one in given.value if given is not None and isinstance(given.value, list) else ():
            source, _, place = str(one.value).replace(NODE_NAME, name).partition(":")
            yield place.partition(":")[0], Line(source, one.line)


def _mapping(tree: Tree) -> dict[str, Tree]:
    return tree.value if isinstance(tree.value, dict) else {}


def _text(tree: Tree, key: str) -> str:
    value = tree.child(key)
    return str(value.value) if value is not None and isinstance(value.value, (str, int)) else ""
