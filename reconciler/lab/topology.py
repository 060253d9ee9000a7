"""A containerlab topology: which switches and nodes there are, and which interfaces are cabled to which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from .errors import LabError

SEED = Path(__file__).parent / "data" / "seed.clab.yaml"
SWITCH, CLUSTER, MEMBER, LINUX = "arista_ceos", "k8s-kind", "ext-container", "linux"
ALIASES = {"ceos": SWITCH}
KINDS = (SWITCH, CLUSTER, MEMBER, LINUX)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One entry of ``topology.nodes``, with containerlab's ``defaults`` and ``kinds`` already applied."""

    name: str
    kind: str
    exec: tuple[str, ...] = ()
    labels: Mapping[str, str]
    startup: str | None = None
    """A switch's startup configuration: the text, not the file."""
    cluster: str | None = None
    """The k8s-kind cluster that made this node; ``None``: no Kubernetes node."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a cable."""

    node: str
    interface: str

    def __str__(self) -> str:
        return f"{self.node}:{self.interface}"


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes in the order of the file, and the cables between them."""

    nodes: tuple[Node, ...]
    links: tuple[tuple[End, End], ...]

    def interfaces(self, node: str) -> list[str]:
        """The cabled interfaces of ``node``, in the order of the links."""
        return [end.interface for link in self.links for end in link if end.node == node]


def load(path: Path) -> Topology:
    """Read a topology file; errors name the file."""
    try:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabError(f"Cannot read the topology {path}: {error.strerror}.") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise LabError(f"The topology {path} is not YAML: {' '.join(str(error).split())}") from error
    try:
        return parse(document, path.parent)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None


def parse(document: Any, folder: Path) -> Topology:
    """Understand a parsed topology; files that it names are relative to ``folder``."""
    topology = document.get("topology") if isinstance(document, dict) else None
    if not isinstance(topology, dict) or not isinstance(topology.get("nodes"), dict):
        raise LabError("This is no containerlab topology: it has no `topology: nodes:`.")
    found = [_node(name, _settings(topology, raw), folder) for name, raw in topology["nodes"].items()]
    clusters = [node.name for node in found if node.kind == CLUSTER]
    nodes = tuple(_joined(node, clusters) for node in found if node.kind != CLUSTER)
    return Topology(nodes, tuple(_links(topology.get("links") or (), {node.name for node in nodes})))


def _settings(topology: Mapping[str, Any], raw: Any) -> dict[str, Any]:
    """A node's settings: containerlab lets ``defaults`` and ``kinds`` fill what the node leaves out."""
    defaults, own = dict(topology.get("defaults") or {}), dict(raw or {})
    kind = own.get("kind") or defaults.get("kind")
    of_kind = (topology.get("kinds") or {}).get(kind) or {}
    labels = {**(defaults.get("labels") or {}), **(of_kind.get("labels") or {}), **(own.get("labels") or {})}
    return {**defaults, **of_kind, **own, "kind": ALIASES.get(str(kind), kind), "labels": labels}


def _node(name: str, settings: Mapping[str, Any], folder: Path) -> Node:
    if not NAME.fullmatch(str(name)) or name == "jump":
        raise LabError(f"Node {name!r}: a name has letters, digits and dashes, at most 63, and is not `jump`.")
    if settings["kind"] not in KINDS:
        raise LabError(f"Node {name}: kind {settings['kind']!r} is unknown here; known are {', '.join(KINDS)}.")
    startup = settings.get("startup-config") if settings["kind"] == SWITCH else None
    return Node(
        name=str(name),
        kind=settings["kind"],
        exec=tuple(str(line) for line in settings.get("exec") or ()),
        labels={str(key): str(value) for key, value in settings["labels"].items()},
        startup=_configuration(str(startup), folder) if startup else None,
    )


def _configuration(given: str, folder: Path) -> str:
    """A file, or the text itself where it has several lines; no error repeats what may hold a password."""
    if "\n" in given:
        return given
    try:
        return (folder / given).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise LabError(f"Cannot read the startup configuration {given}: {why}") from None


def _joined(node: Node, clusters: Sequence[str]) -> Node:
    """``node`` with its cluster: kind names a cluster's containers ``<cluster>-<role>``."""
    if node.kind != MEMBER:
        return node
    cluster = next((name for name in clusters if node.name.startswith(f"{name}-")), None)
    return Node(name=node.name, kind=MEMBER, exec=node.exec, labels=node.labels, cluster=cluster)


def _links(raw: Sequence[Any], nodes: set[str]) -> Iterator[tuple[End, End]]:
    seen: set[End] = set()
    for link in raw:
        ends = [_end(end, nodes) for end in (link.get("endpoints") or ())]
        if len(ends) != 2:
            raise LabError(f"A link has two endpoints, this one has {len(ends)}: {ends or link}.")
        for end in ends:
            if end in seen:
                raise LabError(f"The interface {end} is cabled twice.")
            seen.add(end)
        yield ends[0], ends[1]


def _end(raw: Any, nodes: set[str]) -> End:
    """An endpoint: ``node:interface``, or containerlab's long form with these two words."""
    if isinstance(raw, dict):
        raw = f"{raw.get('node')}:{raw.get('interface')}"
    node, _, interface = str(raw).partition(":")
    if node not in nodes:
        raise LabError(f"The endpoint {raw!r} names no node of this topology.")
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,15}", interface) or interface == "eth0":
        raise LabError(f"The endpoint {raw!r} has no usable interface (eth0 is the management network).")
    return End(node, interface)
