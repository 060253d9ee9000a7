"""What is never pruned, since lines that are not ours stand on it and would go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos import vrf
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.kinds import Bgp, BgpNeighbor, Vrf


def kept(configuration: Configuration) -> Mapping[Key, str]:
    """Key -> why: EOS takes a VRF away with all that speaks of it, a neighbour with its lines in every section."""
    return {key: f"{line!r} is not ours and would go with it" for key, line in _leant_on(configuration)}


def _leant_on(configuration: Configuration) -> Iterator[tuple[Key, str]]:
    router = configuration.rest.get(Key(Bgp.kind, "default"), ())
    for key, resource in configuration.found.items():
        if isinstance(resource, BgpNeighbor):
            said = (*configuration.rest.get(key, ()), *_speaking_of(key.name, router))
            yield from ((key, line.strip()) for line in said[:1])
        elif isinstance(resource, Vrf):
            line = vrf.mention(_others(configuration), key.name)
            yield from ((key, line),) if line else ()


def _speaking_of(neighbor: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in lines if line.strip().removeprefix("no ").split()[:2] == ["neighbor", neighbor])


def _others(configuration: Configuration) -> list[str]:
    foreign = [line for lines in configuration.foreign for line in lines]
    return [*foreign, *(line for key, lines in configuration.rest.items() if key.kind != Vrf.kind for line in lines)]


def taken_along(configuration: Configuration, changes: Sequence[Change]) -> Iterator[str]:
    """A warning for each stanza that is deleted with lines in it that are not ours: an SVI's, a channel's."""
    for change in changes:
        lines = configuration.rest.get(change.key, ()) if change.after is None else ()
        if lines:
            more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
            yield f"{change.key} takes along what is not ours: {lines[0].strip()!r}{more}"
