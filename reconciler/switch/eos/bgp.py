"""BGP with nodes: how `router bgp 65001` is read. Whatever else stands in it is somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_network
from typing import Any

from reconciler.core.resource import Key, Resource
from reconciler.switch.addresses import is_ipv6, router
from reconciler.switch.eos.config import INDENT, SEPARATORS, Stanza
from reconciler.switch.eos.lexicon import LEVEL, Lexicon, Told, described, number, value, word
from reconciler.switch.eos.reading import Section, Trouble
from reconciler.switch.kinds import FAMILIES, SOURCES, Bgp, BgpListen, BgpNeighbor

HEAD = "router bgp "
BIGGEST_AS = 2**32 - 1
NEIGHBOR = ("neighbor ", "no neighbor ")
LISTEN = "bgp listen range "
ACTIVATE = "activate"
ADDRESS_FAMILIES = {f"address-family {family}": family for family in FAMILIES}
"""Heads of the sections whose `neighbor X activate` is ours; those of other families and in VRFs are not."""
INTERFACE = "interface"
"""`neighbor interface Et1 …` is a neighbour without an address: not ours."""


def asn(text: str) -> int:
    """``65001``, and ``0.65001``. Raises: ValueError."""
    high, dot, low = text.rpartition(".")
    if dot:
        return (number(0, 65535)(high) << 16) + number(0, 65535)(low)
    return number(1, BIGGEST_AS)(text)


def _paths(text: str) -> Told:
    """``4 ecmp 4``; two numbers that differ are more than we model. Raises: ValueError."""
    paths, _, ecmp = text.partition(" ecmp ")
    if ecmp not in ("", paths):
        raise ValueError(text)
    return "ecmp", number(1, 4096)(paths)


def _network(text: str) -> Told:
    """With a route map it is somebody else's, and so are IPv6 networks. Raises: ValueError."""
    return None if " " in text or is_ipv6(text) else ("networks", str(IPv4Network(text)))


def _redistribute(text: str) -> Told:
    return ("redistribute", text) if text in SOURCES else None


ROUTER = Lexicon(
    {},
    {
        "router-id": value("router_id", router),
        "maximum-paths": _paths,
        "network": _network,
        "redistribute": _redistribute,
    },
)
MANY = ("networks", "redistribute")
"""Attributes of which each line tells one value more."""
PEER = Lexicon(
    {"peer group": ("made", True), "peer-group": ("made", True), "shutdown": ("shutdown", True)},
    {
        "peer group": value("peer_group", word),
        "peer-group": value("peer_group", word),
        "remote-as": value("remote_as", asn),
        "description": described,
    },
)


@dataclass(slots=True)
class Peer:
    """Lines of one neighbour while the stanza is read."""

    said: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    trouble: str = ""

    def hear(self, line: str, text: str) -> None:
        self.lines.append(line)
        try:
            told = None if line.startswith(f"{INDENT}no ") else PEER.line(text)
        except ValueError:
            told, self.trouble = None, self.trouble or line
        if told is None:
            self.rest.append(line)
        else:
            self.said[told[0]] = told[1]

    def hear_family(self, line: str, family: str) -> None:
        """`neighbor X activate`, or a stored `no` of it, in an address family."""
        self.lines.append(line)
        words = line.split()
        is_no = words[0] == "no"
        if len(words) > 3 + is_no:
            self.trouble = self.trouble or line
        self.said[ACTIVATE] = (*self.said.get(ACTIVATE, ()), f"no {family}" if is_no else family)


def read(stanza: Stanza) -> Section | None:
    """Raises: ValueError for an AS number that is none."""
    if not stanza.head.startswith(HEAD):
        return None
    reader = _Reader()
    for line in stanza.body.split("\n"):
        if line.strip() not in SEPARATORS:
            reader.hear(line)
    return reader.section(Bgp(asn=asn(stanza.head.removeprefix(HEAD)), **reader.said))


@dataclass(slots=True)
class _Reader:
    """``lines``: those that speak of the router itself and were understood.

    ``family``: that of the section below which the next lines stand, where it is one of ours; ``head``: the line that
    opened it, until somebody else's line has stood in it. By itself it says nothing.
    """

    said: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    trouble: str = ""
    peers: dict[str, Peer] = field(default_factory=dict)
    listens: list[Section] = field(default_factory=list)
    family: str = ""
    head: tuple[str, ...] = ()

    def hear(self, line: str) -> None:
        """VRFs have neighbours of their own, and what else address families say is not ours."""
        text = line[LEVEL:].rstrip()
        if text.startswith(" "):
            self._below(line, line[2 * LEVEL :].removeprefix("no "))
        elif text in ADDRESS_FAMILIES:
            self.family, self.head = ADDRESS_FAMILIES[text], (line,)
        else:
            self.family, self.head = "", ()
            self._line(line, text)

    def _below(self, line: str, text: str) -> None:
        words = text.split()
        if self.family and text.startswith(NEIGHBOR[0]) and words[2:3] == [ACTIVATE]:
            self.peers.setdefault(_name(words[1]), Peer()).hear_family(line, self.family)
        else:
            self.rest += [*self.head, line]
            self.head = ()

    def _line(self, line: str, text: str) -> None:
        if text.startswith(NEIGHBOR) and text.removeprefix("no ").split()[1:2] != [INTERFACE]:
            name, _, said = text.removeprefix("no ").removeprefix(NEIGHBOR[0]).partition(" ")
            self.peers.setdefault(_name(name), Peer()).hear(line, said)
        elif text.startswith(LISTEN) and (listen := _listen(line, text.removeprefix(LISTEN))):
            self.listens.append(listen)
        else:
            self._router(line, text)

    def _router(self, line: str, text: str) -> None:
        try:
            told = ROUTER.line(text)
        except ValueError:
            told, self.trouble = None, self.trouble or line
        if told is None:
            self.rest.append(line)
        else:
            name, said = told
            self.said[name] = (*self.said.get(name, ()), said) if name in MANY else said
            self.lines.append(line)

    def section(self, router: Bgp) -> Section:
        sections = [self._itself(router), *self.listens, *self._peers(router.key)]
        rest: dict[Key, tuple[str, ...]] = {}
        for one in sections:
            rest |= {key: (*rest.get(key, ()), *lines) for key, lines in one.rest.items()}
        resources = [resource for one in sections for resource in one.resources]
        return Section(tuple(resources), rest, tuple(trouble for one in sections for trouble in one.troubles))

    def _itself(self, router: Bgp) -> Section:
        if self.trouble:
            return Section((), {router.key: (*self.rest, *self.lines)}, (Trouble(router, self.trouble),))
        return Section((router,), {router.key: tuple(self.rest)} if self.rest else {})

    def _peers(self, router: Key) -> Iterator[Section]:
        for name, peer in self.peers.items():
            made = peer.said.pop("made", False)
            found: Resource = BgpNeighbor(neighbor=name, **peer.said)
            if peer.trouble:
                yield Section((), {found.key: tuple(peer.lines)}, (Trouble(found, peer.trouble),))
            elif not (made or (isinstance(found, BgpNeighbor) and not found.is_group)):
                yield Section((), {router: tuple(peer.lines)})
            else:
                yield Section((found,), {found.key: tuple(peer.rest)} if peer.rest else {})


def _name(text: str) -> str:
    """An address as documents spell it, a name as it stands."""
    try:
        return router(text)
    except ValueError:
        return text


def _listen(line: str, text: str) -> Section | None:
    """``10.10.10.0/24 peer-group K8S remote-as 65010``; None where nobody can tell the prefix."""
    prefix, _, behind = text.partition(" ")
    words = behind.replace("peer group ", "peer-group ").split()
    try:
        network = str(ip_network(prefix))
    except ValueError:
        return None
    said = dict(zip(words[::2], words[1::2], strict=False))
    listen = BgpListen(prefix=network, peer_group=said.get("peer-group", ""), remote_as=_number(said.get("remote-as")))
    if len(words) % 2 or not {"peer-group"} <= said.keys() <= {"peer-group", "remote-as"}:
        return Section((), {listen.key: (line,)}, (Trouble(listen, line),))
    return Section((listen,))


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else asn(text)
    except ValueError:
        return None
