"""A running configuration understood: what we model, what we should and do not, and everything else verbatim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.core.resource import Key, Resource, State
from reconciler.switch.eos import bgp, interface, routing, static_route, svi, vlan, vrf
from reconciler.switch.eos.config import Stanza, complete, line_of, stanzas
from reconciler.switch.eos.reading import Section
from reconciler.switch.eos.shown import shown
from reconciler.switch.kinds import Routing, Routing6, Vlan

ROUTED_BY_DEFAULT = "switchport default mode routed"


@dataclass(frozen=True, slots=True)
class Configuration:
    """``text`` is what the switch printed; ``foreign`` and ``rest`` are its lines that we do not model, in order.

    ``rest``: those inside a stanza of ours, by the resource whose stanza it is. ``frozen``: resources that we do not
    understand in full, with the line; all their lines are in ``rest``, and what could be understood in ``partial``.
    """

    text: str
    found: State
    foreign: tuple[tuple[str, ...], ...]
    rest: Mapping[Key, tuple[str, ...]]
    frozen: Mapping[Key, str] = field(default_factory=dict)
    partial: State = field(default_factory=dict)

    @property
    def everything(self) -> State:
        """Also what is frozen, as far as it could be understood."""
        return {**self.partial, **self.found} if self.partial else self.found

    @property
    def routed_by_default(self) -> bool:
        """Whether a port is routed where nothing is said of it."""
        return (ROUTED_BY_DEFAULT,) in self.foreign


def read(text: str) -> Configuration:
    """Raises: Unreadable for half an answer; a line that makes no sense only freezes what it speaks of."""
    whole = complete(text)
    cut = stanzas(whole)
    readers = _readers(routed_by_default=any(stanza.head == ROUTED_BY_DEFAULT for stanza in cut))
    draft = _Draft(whole)
    for place, stanza in enumerate(cut):
        reader = readers.get(stanza.head.partition(" ")[0])
        section = _section(reader, stanza) if reader else None
        if section is None:
            draft.leave(place, stanza)
        else:
            draft.take(place, stanza, section)
    return draft.done(text)


Reader = Callable[[Stanza], Section | None]


def _readers(*, routed_by_default: bool) -> Mapping[str, Reader]:
    """By the first word of a stanza."""

    def port(stanza: Stanza) -> Section | None:
        return interface.read(stanza, routed_by_default=routed_by_default) or svi.read(stanza)

    def line(stanza: Stanza) -> Section | None:
        return static_route.read(stanza) or routing.read(stanza)

    heads: dict[str, Reader] = {"interface": port, "vlan": vlan.read, "vrf": vrf.read, "router": bgp.read}
    return heads | {"ip": line, "ipv6": line, "no": routing.read}


def _section(reader: Reader, stanza: Stanza) -> Section | None:
    """A head that names nothing that could exist is left alone like any foreign one."""
    try:
        return reader(stanza)
    except ValueError:
        return None


def hidden(found: Iterable[Resource]) -> tuple[Resource, ...]:
    """What every switch has though it does not print it."""
    always = (Vlan(id=vlan.FIRST_VLAN), Routing(enabled=False), Routing6(enabled=False))
    return (*always, *vrf.hidden(tuple(found)))


@dataclass(slots=True)
class _Draft:
    """A configuration while it is read."""

    text: str
    found: dict[Key, Resource] = field(default_factory=dict)
    foreign: list[tuple[str, ...]] = field(default_factory=list)
    rest: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    frozen: dict[Key, str] = field(default_factory=dict)
    partial: dict[Key, Resource] = field(default_factory=dict)
    last: tuple[Resource, ...] = ()

    def leave(self, place: int, stanza: Stanza) -> None:
        """EOS indents by three blanks: behind any other indentation may stand more of what came before."""
        self.foreign.append(stanza.lines)
        if not stanza.head[0].isspace():
            self.last = ()
        for resource in self.last:
            self._freeze(place, resource, stanza.head, "indented as EOS never does")

    def take(self, place: int, stanza: Stanza, section: Section) -> None:
        self.last = section.resources
        for resource in section.resources:
            if self.found.setdefault(resource.key, resource) is not resource:
                self._twice(place, stanza, resource)
        for key, lines in section.rest.items():
            self.rest[key] = (*self.rest.get(key, ()), *lines)
        for trouble in section.troubles:
            self._freeze(place, trouble.partial, trouble.line, "not understood")

    def _twice(self, place: int, stanza: Stanza, resource: Resource) -> None:
        """EOS has no two of them; where it prints two all the same, nobody can tell which one holds."""
        self.rest[resource.key] = (*self.rest.get(resource.key, ()), *stanza.lines)
        if self.found[resource.key] != resource:
            self._freeze(place, self.found[resource.key], stanza.head, f"a second {resource.key}")

    def _freeze(self, place: int, partial: Resource, line: str, why: str) -> None:
        number = line_of(self.text, place, line)
        self.frozen.setdefault(partial.key, f"line {number}, {shown(line)}: {why}")
        self.partial.setdefault(partial.key, partial)

    def done(self, text: str) -> Configuration:
        for resource in hidden(self.found.values()):
            self.found.setdefault(resource.key, resource)
        found = {key: one for key, one in self.found.items() if key not in self.frozen} if self.frozen else self.found
        return Configuration(text, found, tuple(self.foreign), self.rest, self.frozen, self.partial)
