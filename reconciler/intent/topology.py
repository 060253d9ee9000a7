"""Which cables the documents tell of: a switch port's `to`, or a description that names exactly one node."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from reconciler.desired.documents import Node, Switch
from reconciler.desired.documents.switch import SwitchPort
from reconciler.desired.repository import Repository
from reconciler.intent.underlay import underlay
from reconciler.walk.topology import EOS, LINUX, End, Topology

WORD = re.compile(r"[A-Za-z0-9._-]+")


def topology_of(repository: Repository) -> Topology:
    """What is plugged in where. A port with neither, or whose description fits several nodes, has no known cable.

    What `to` says counts first; an interface that two descriptions would have is in neither's port.
    """
    nodes = {document.name: document.spec for document in repository.of(Node)}
    switches = repository.of(Switch)
    platforms = dict.fromkeys(nodes, LINUX) | {document.name: EOS for document in switches}
    ports = [(End(one.name, name), port) for one in switches for name, port in one.spec.interfaces.items()]
    said = {near: _end(port.to) for near, port in ports if port.to is not None}
    taken = {*said, *said.values()}
    guessed = dict(_guessed(ports, nodes))
    often = Counter(guessed.values())
    fits = {one: far for one, far in guessed.items() if often[far] == 1 and one not in taken and far not in taken}
    cables = said | fits
    return Topology({far: near for near, far in cables.items()} | cables, platforms)


def _end(text: str) -> End:
    """``k01-worker:eth1``."""
    device, _, interface = text.partition(":")
    return End(device, interface)


def _guessed(ports: Iterable[tuple[End, SwitchPort]], nodes: Mapping[str, Node]) -> Iterator[tuple[End, End]]:
    """What descriptions say: a node, and perhaps which of its interfaces."""
    for near, port in ports:
        words = set(_words(port.description or ""))
        named = sorted(words & nodes.keys())
        if len(named) == 1 and port.to is None and not port.is_member:
            dev = _interface(nodes[named[0]], words)
            if dev is not None:
                yield near, End(named[0], dev)


def _interface(node: Node, words: set[str]) -> str | None:
    """The one interface of the node that is named, too, else the one that its underlay is on."""
    named = sorted(words & node.interfaces.keys())
    found = (underlay(node, version)[0] for version in (4, 6))
    return named[0] if len(named) == 1 else next((dev for dev in found if dev is not None), None)


def _words(description: str) -> Iterator[str]:
    """Each word, and what is before a dot, for names with a domain, or a full stop."""
    for word in WORD.findall(description):
        yield word
        yield word.partition(".")[0]
