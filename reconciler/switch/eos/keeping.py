"""What is never pruned, since lines that are not ours stand on it and would go with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos import vrf
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.shown import shown
from reconciler.switch.kinds import Bgp, BgpNeighbor, Vrf


def kept(configuration: Configuration) -> Mapping[Key, str]:
    """Key -> why: EOS takes a VRF away with all that speaks of it, a neighbour with its lines in every section."""
    return {key: f"{shown(line)} is not ours and would go with it" for key, line in _leant_on(configuration)}


def _leant_on(configuration: Configuration) -> Iterator[tuple[Key, str]]:
    peers = _peers(configuration.rest.get(Key(Bgp.kind, "default"), ()))
    vrfs = vrf.mentions(_others(configuration)) if any(key.kind == Vrf.kind for key in configuration.found) else {}
    for key, resource in configuration.found.items():
        if isinstance(resource, BgpNeighbor):
            line = next(iter(configuration.rest.get(key, ())), peers.get(key.name))
        else:
            line = vrfs.get(key.name) if isinstance(resource, Vrf) else None
        if line:
            yield key, line


def _peers(lines: Iterable[str]) -> dict[str, str]:
    """Neighbour -> the first line that speaks of it."""
    found: dict[str, str] = {}
    for line in lines:
        word, _, behind = line.strip().removeprefix("no ").partition(" ")
        if word == "neighbor":
            found.setdefault(behind.partition(" ")[0], line)
    return found


def _others(configuration: Configuration) -> Iterator[str]:
    yield from (line for lines in configuration.foreign for line in lines)
    yield from (line for key, lines in configuration.rest.items() if key.kind != Vrf.kind for line in lines)


def taken_along(configuration: Configuration, changes: Sequence[Change]) -> Iterator[str]:
    """A warning for each stanza that is deleted with lines in it that are not ours: an SVI's, a channel's."""
    for change in changes:
        lines = configuration.rest.get(change.key, ()) if change.after is None else ()
        if lines:
            more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
            yield f"{change.key} takes along what is not ours: {shown(lines[0])}{more}"
