"""Which guess at a cluster fits: the one that would change the least, if it explains more than it would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.adopt.live import calico, cilium, flannel
from reconciler.adopt.live.fabric import Fabric, Proposal
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.adopt.live.trial import Trial
from reconciler.core.resource import Key
from reconciler.intent.against import differing, split
from reconciler.intent.wish import Owns, Wish

SAMPLE = 6
"""So many nodes are asked which guess fits; all of them are compared with the one that does."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a guess fares: what it would change, and what it explains."""

    proposal: Proposal
    changes: int
    explained: int


def chosen(fabric: Fabric, owns: Mapping[str, Owns]) -> list[Proposal]:
    """At most one a CNI, and each node in one of them; CNIs with routes of their own come before those without."""
    found: list[Proposal] = []
    taken: set[str] = set()
    for room in (calico.proposals, flannel.proposals, cilium.proposals):
        free = replace(
            fabric, nodes=[node for node in fabric.nodes if node.name not in taken], name=_free(fabric, found)
        )
        best = _best(free, list(room(free)), owns)
        if best is not None:
            found.append(best)
            taken.update(best.cluster.spec["nodes"])
    return found


def _free(fabric: Fabric, found: Sequence[Proposal]) -> str:
    return fabric.name if not found else f"{fabric.name}-{len(found) + 1}"


def _best(fabric: Fabric, proposals: Sequence[Proposal], owns: Mapping[str, Owns]) -> Proposal | None:
    if not proposals:
        return None
    members = frozenset(proposals[0].cluster.spec["nodes"])
    read = (node for node in fabric.nodes if node.name in members and not node.absent)
    nodes = sorted(read, key=lambda node: -len(node.reading.found))
    fits = [_fit(fabric, one, nodes[:SAMPLE], owns) for one in proposals]
    best = min(fits, key=lambda fit: fit.changes)
    return best.proposal if best.explained > best.changes else None


def _fit(fabric: Fabric, proposal: Proposal, nodes: Iterable[Seen], owns: Mapping[str, Owns]) -> Fit:
    trial = Trial([*with_facts(fabric.sketches, proposal), proposal.cluster, *proposal.others], owns)
    changes = explained = 0
    for node in nodes:
        wish = trial.world.get(node.name, Wish(node.name, {}))
        reading = node.reading
        differs = differing(wish, reading, split(wish, reading))
        bad = {change.key for change in differs} | {Key(row.kind, row.name) for row in wish.unknown}
        changes += len(bad)
        explained += len(wish.desired.keys() & reading.found.keys() - bad - own_keys(fabric.sketches[node.name], wish))
    return Fit(proposal, changes, explained)


def own_keys(sketch: Sketch, wish: Wish) -> set[Key]:
    """What the node's own document wants: links and addresses of the interfaces that it names."""
    names = sketch.spec.get("interfaces", {}).keys()
    return {
        key for key, row in wish.desired.items() if key.kind in ("link", "address") and (row.link or row.name) in names
    }


def with_facts(sketches: Mapping[str, Sketch], proposal: Proposal) -> Iterator[Sketch]:
    """The nodes' documents with what the cluster needs of them."""
    for name, sketch in sketches.items():
        facts = proposal.facts.get(name, {})
        yield replace(sketch, spec={**sketch.spec, **facts}) if facts else sketch
