"""`ip routing` and `ipv6 unicast-routing`, one line for each VRF; without it nothing is forwarded between SVIs."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.change import Change
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.reading import Section, section
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import DEFAULT_VRF, Routing, Routing6

COMMANDS: dict[str, type[Routing | Routing6]] = {"ip routing": Routing, "ipv6 unicast-routing": Routing6}


def read(stanza: Stanza) -> Section | None:
    """`ip routing` with words that we do not know says something of the default VRF."""
    text = stanza.head.removeprefix("no ")
    for command, kind in COMMANDS.items():
        if text == command or text.startswith(f"{command} "):
            words = text.removeprefix(command).split()
            known = not words or (len(words) == 2 and words[0] == "vrf")
            vrf = words[1] if words[:1] == ["vrf"] and len(words) > 1 else DEFAULT_VRF
            found = kind(vrf=vrf, enabled=text == stanza.head)
            return section((found,), (), "" if known else stanza.head, stanza.lines)
    return None


def steps(change: Change, live: Routing | Routing6 | None, new: Routing | Routing6 | None) -> Iterator[Step]:
    """Raises: ValueError for a deletion: a VRF routes or it does not, there is nothing to delete."""
    if new is None:
        raise ValueError(f"{change.key} cannot be deleted, only be on or off")
    if live is not None and live.enabled == new.enabled:
        return
    yield Step(Phase.ROUTING, "", (line(new),), change)


def line(routing: Routing | Routing6) -> str:
    """As it is typed and as it is shown. Raises: ValueError for a VRF that is not one word."""
    command = next(command for command, kind in COMMANDS.items() if isinstance(routing, kind))
    vrf = "" if routing.vrf == DEFAULT_VRF else f" vrf {word(routing.vrf)}"
    return f"{'' if routing.enabled else 'no '}{command}{vrf}"
