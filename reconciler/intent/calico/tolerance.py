"""What a Calico cluster that is only watched may show beside what was compiled (overlay reference, 8.7)."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.intent.calico.settings import BIRD_PROTOCOL
from reconciler.linux.link import Link
from reconciler.linux.route import Route

LINK = Link.kind


@dataclass(frozen=True, slots=True)
class CalicoTolerance:
    """``optional``: routes that some patch releases have and others have not; ``desired``: all that was compiled.

    BIRD's metric depends on what the sender prefers, and its ``onlink`` on the release (2.4). What stands on a device
    that is missing or down is withheld, not missing: the device itself is reported.
    """

    optional: frozenset[Key]
    desired: State

    def excuses(self, change: Change, found: State) -> bool:
        """Whether a difference is none that anybody has to look at."""
        subject = change.subject
        if change.key in self.optional and (change.before is None or change.after is None):
            return True
        if change.before is None and subject.kind != LINK and _is_withheld(subject, found):
            return True
        return isinstance(subject, Route) and subject.protocol == BIRD_PROTOCOL and self._is_birds(change, found)

    def _is_birds(self, change: Change, found: State) -> bool:
        if change.before is None:
            return _has_twin(change.subject, found)
        if change.after is None:
            return _has_twin(change.subject, self.desired)
        return change.fields.keys() <= {"onlink"}


def _is_withheld(row: Resource, found: State) -> bool:
    if row.link is None:
        return False
    device = found.get(Key(LINK, row.link))
    return not isinstance(device, Link) or device.up is False


def _has_twin(route: Resource, state: State) -> bool:
    """Whether ``state`` leads the same prefix the same way, whatever the metric."""
    assert isinstance(route, Route), "the caller has looked"
    way = (route.table, route.dst, route.type, route.gateway, route.dev, route.protocol)
    others = (other for other in state.values() if isinstance(other, Route))
    return any(way == (o.table, o.dst, o.type, o.gateway, o.dev, o.protocol) for o in others)
