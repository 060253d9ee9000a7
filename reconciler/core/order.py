"""Which change goes first: what others stand on is made before them and broken after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.core.change import Change
from reconciler.core.resource import Resource


def kind_order(kinds: Iterable[type[Resource]]) -> tuple[str, ...]:
    """Kinds so that each comes after all that it needs; for the rest the given order stays. Raises: ValueError."""
    waiting = list(kinds)
    placed: list[str] = []
    while waiting:
        names = {kind.kind for kind in waiting}
        ready = next((kind for kind in waiting if not kind.after & names), None)
        if ready is None:
            raise ValueError(f"kinds that need each other: {', '.join(sorted(names))}")
        waiting.remove(ready)
        placed.append(ready.kind)
    return tuple(placed)


def makes(changes: Iterable[Change], order: Sequence[str]) -> list[Change]:
    """Changes that leave something behind, outside in: the link before the address before the route."""
    return sorted((c for c in changes if c.after is not None), key=lambda c: _place(c, order))


def breaks(changes: Iterable[Change], order: Sequence[str]) -> list[Change]:
    """Deletions, inside out."""
    gone = sorted((c for c in changes if c.after is None), key=lambda c: _place(c, order))
    return gone[::-1]


def _place(change: Change, order: Sequence[str]) -> tuple[object, ...]:
    kind, rank = change.subject.place  # kept by the resource, which a thousand nodes may share
    return (order.index(kind), rank)
