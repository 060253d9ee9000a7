"""What a Calico cluster that is only watched may show beside what was compiled (overlay reference, 8.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.intent.calico.settings import BIRD_PROTOCOL
from reconciler.linux.link import Link
from reconciler.linux.route import Route

LINK = Link.kind
Way = tuple[int, str, str, str | None, str | None]
Ways = frozenset[Way]


@dataclass(frozen=True, slots=True)
class CalicoTolerance:
    """``optional``: routes that some patch releases have and others have not; ``desired``: all that was compiled.

    BIRD's metric depends on what the sender prefers, and its ``onlink`` on the release (2.4). What stands on a device
    that is missing or down is withheld, not missing: the device itself is reported.
    """

    optional: frozenset[Key]
    desired: State

    def beyond(self, changes: Iterable[Change], found: State) -> list[Change]:
        """The differences that somebody has to look at."""
        there, wanted = _birds_ways(found), _birds_ways(self.desired)
        return [change for change in changes if not self._excuses(change, found, there, wanted)]

    def _excuses(self, change: Change, found: State, there: Ways, wanted: Ways) -> bool:
        subject = change.subject
        if change.key in self.optional and (change.before is None or change.after is None):
            return True
        if change.before is None and subject.kind != LINK and _is_withheld(subject, found):
            return True
        if not isinstance(subject, Route) or subject.protocol != BIRD_PROTOCOL:
            return False
        if change.before is not None and change.after is not None:
            return change.fields.keys() <= {"onlink"}
        return _way(subject) in (there if change.before is None else wanted)


def _is_withheld(row: Resource, found: State) -> bool:
    if row.link is None:
        return False
    device = found.get(Key(LINK, row.link))
    return not isinstance(device, Link) or device.up is False


def _birds_ways(state: State) -> Ways:
    return frozenset(_way(row) for row in state.values() if isinstance(row, Route) and row.protocol == BIRD_PROTOCOL)


def _way(route: Route) -> Way:
    """Where a route leads which prefix, whatever its metric."""
    return (route.table, route.dst, route.type, route.gateway, route.dev)
