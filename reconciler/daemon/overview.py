"""How everything stands, as one JSON document: what is in force, each device, what is wrong, what was lately."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.daemon.condition import Condition
from reconciler.daemon.release import release
from reconciler.report.event import Event

if TYPE_CHECKING:
    from reconciler.daemon.service import Service

OVER = 5
"""Episodes that have ended lately."""
CHANGES = 5
"""Of a drift; the history has all, and 200 of each of 500 devices would be 90 MB."""
UNIMPORTANT = frozenset({"advice", "withheld"})
"""Whose end nobody who is called asks for."""


@dataclass
class Overview:
    """Hears what happens, for what is not kept elsewhere: who has made a drift, and what is over."""

    _drifts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _over: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=OVER))

    def hear(self, event: Event) -> None:
        """Cheap, and never raises."""
        episode, known = event.data.get("episode"), str(event.data.get("id", ""))
        if episode == "resolved":
            self._drifts.pop(known, None)
            self._end(event)
        elif episode and isinstance(changes := event.data.get("changes"), list):
            self._drifts[known] = {"count": len(changes), **event.data, "changes": changes[:CHANGES]}

    def document(self, service: Service) -> dict[str, object]:
        """``reconciler/status/v1``."""
        hub, restraints = service.hub, service.hub.restraints
        standings = dict(sorted(hub.standings.items()))
        return {
            "schema": "reconciler/status/v1",
            "version": release(),
            "started": service.started,
            "source": _source(service),
            "counts": dict(Counter(one.phase for one in standings.values())),
            "devices": {name: {**one.document(), "reads": hub.reads[name]} for name, one in standings.items()},
            "conditions": [self._condition(one) for one in hub.conditions],
            "suspended": restraints.suspensions.documents(),
            "fights": [{"device": f.device, "key": str(f.key), "words": f.words} for f in restraints.fights],
            "over": list(reversed(self._over)),
            "alerts": dict(service.queued()),
        }

    def _condition(self, one: Condition) -> dict[str, object]:
        said = {"id": one.id, "kind": one.kind, "subject": one.subject, "words": one.words, "since": one.since}
        if (drift := self._drifts.get(one.id)) is None:
            return said
        by = {"by": drift["by"]} if "by" in drift else {}
        return {**said, **by, "changes": drift["changes"], "count": drift["count"]}

    def _end(self, event: Event) -> None:
        if event.data["condition"] not in UNIMPORTANT:
            names = {"id": "id", "condition": "kind", "subject": "subject", "since": "since"}
            known: dict[str, Any] = {name: event.data[key] for key, name in names.items()}
            self._over.append({**known, "words": event.words, "ended": known["since"] + event.data["lasted"]})


def _source(service: Service) -> dict[str, object]:
    """Of what is in force; what is not known is left out."""
    checkout = service.deployment.checkout
    if checkout is None:
        return {}
    known = {"author": checkout.author, "at": checkout.at, "looked": service.following.seen_at}
    signed = {"signature": str(checkout.signature)} if checkout.signature else {}
    told = {name: value for name, value in known.items() if value}
    return {"revision": checkout.revision, "subject": checkout.subject, **told, **signed}
