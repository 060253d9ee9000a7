"""What is left as it is: where that is said, and what a wish becomes by it on a device as it was read."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping

from reconciler.core.change import Change, diff
from reconciler.core.ignore import Ignore
from reconciler.core.plan import Ignored
from reconciler.core.resource import Key, Live, Resource, State
from reconciler.desired.documents import Cluster, Node, Switch
from reconciler.desired.repository import Document, Repository
from reconciler.intent.wish import Wish


def rules_of(repository: Repository) -> Mapping[str, tuple[Ignore, ...]]:
    """By device: rules beside its own document, and beside the clusters that it serves (a switch with their routes)."""
    found: dict[str, list[Ignore]] = {}
    own: list[Document[Switch] | Document[Node]] = [*repository.of(Switch), *repository.of(Node)]
    for document in own:
        found.setdefault(document.name, []).extend(_rules(document))
    for cluster in repository.of(Cluster):
        for device in _served(cluster, repository) if cluster.spec.ignore else ():
            found.setdefault(device, []).extend(_rules(cluster))
    return {device: tuple(rules) for device, rules in found.items() if rules}


def _rules(document: Document[Switch] | Document[Node] | Document[Cluster]) -> Iterator[Ignore]:
    for number, rule in enumerate(document.spec.ignore):
        yield rule.rule(document.origin("spec", "ignore", number))


def _served(cluster: Document[Cluster], repository: Repository) -> list[str]:
    spec = cluster.spec
    switches = [switch.name for switch in repository.of(Switch)] if spec.switch_routes else []
    return list(dict.fromkeys([*spec.nodes, *([spec.api_node] if spec.api_node else []), *switches]))


def heeding(wish: Wish, found: State) -> Wish:
    """The wish for a device that has ``found``: what is ignored of it is wanted as it is there.

    An entry that is left alone, and that is wanted or ours, is wanted as it is, too: who re-creates its interface
    makes it again.
    """
    if not wish.ignores:
        return wish
    taken = {
        key: want.taking(fields, found[key])
        for key, want in wish.desired.items()
        if key in found and (fields := wish.ignores.fields_of(key))
    }
    left = {key: live for key, live in found.items() if key in wish.left or _is_left(wish, key, live)}
    return dataclasses.replace(wish, desired={**wish.desired, **taken, **left})


def ignored(wish: Wish, found: State, unknown: Collection[Key]) -> tuple[Ignored, ...]:
    """The differences that are left as they are. ``unknown``: keys of which nobody knows whether they differ."""
    if not wish.ignores:
        return ()
    wanted = dict(wish.left)
    wanted |= {key: want for key, want in wish.desired.items() if key in found and wish.ignores.fields_of(key)}
    there = {key: live for key, live in found.items() if key in wanted or _is_left(wish, key, live)}
    known = {key: want for key, want in wanted.items() if key not in unknown}
    hidden = (_hidden(wish, change) for change in diff(known, Live(there, {})) if change.key not in unknown)
    return tuple(sorted(filter(None, hidden), key=lambda one: one.change.subject.place))


def _is_left(wish: Wish, key: Key, live: Resource) -> bool:
    return wish.ignores.leaves(key) and wish.claims_for_itself(live)


def _hidden(wish: Wish, change: Change) -> Ignored | None:
    """Of an entry that is left alone all of the difference, else the attributes that are; None: nothing of it is."""
    origin = wish.ignores.origin_of(change.key)
    if wish.ignores.leaves(change.key):
        return Ignored(change, (), origin)
    fields = tuple(name for name in change.fields if name in wish.ignores.fields_of(change.key))
    return Ignored(change, fields, origin) if fields else None
