"""A running configuration understood: what we model, and everything else verbatim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.driver import Unreadable
from reconciler.core.resource import Key, Resource, State, state_of
from reconciler.switch.eos import interface, routing, static_route, svi, vlan
from reconciler.switch.eos.config import Stanza, stanzas
from reconciler.switch.eos.section import Section
from reconciler.switch.kinds import Routing, Vlan

ROUTED_BY_DEFAULT = "switchport default mode routed"


@dataclass(frozen=True, slots=True)
class Configuration:
    """``text`` is what the switch printed; ``foreign`` and ``rest`` are its lines that we do not model, in order.

    ``rest``: those inside a stanza of ours, by the resource whose stanza it is.
    """

    text: str
    found: State
    foreign: tuple[tuple[str, ...], ...]
    rest: Mapping[Key, tuple[str, ...]]


def read(text: str) -> Configuration:
    """Raises: Unreadable."""
    cut = stanzas(text)
    routed_by_default = any(stanza.head == ROUTED_BY_DEFAULT for stanza in cut)
    found: list[Resource] = []
    foreign: list[tuple[str, ...]] = []
    rest: dict[Key, tuple[str, ...]] = {}
    for stanza in cut:
        section = _section(stanza, routed_by_default)
        if section is None:
            foreign.append((stanza.head, *stanza.body))
        else:
            found += section.resources
            rest.update(section.rest)
    return Configuration(text, state_of([*found, *_hidden()]), tuple(foreign), rest)


def _hidden() -> tuple[Resource, ...]:
    """What every switch has though it does not print it."""
    return (Vlan(id=vlan.FIRST_VLAN), Routing(enabled=False))


def _section(stanza: Stanza, routed_by_default: bool) -> Section | None:
    try:
        return (
            vlan.read(stanza)
            or interface.read(stanza, routed_by_default=routed_by_default)
            or svi.read(stanza)
            or routing.read(stanza)
            or static_route.read(stanza)
        )
    except ValueError as error:
        raise Unreadable(f"line {stanza.line}, {stanza.head!r}: {error}") from None
