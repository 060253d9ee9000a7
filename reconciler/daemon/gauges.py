"""How the daemon stands, in numbers: what the metrics are made of, and whether it is ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import filter as matching

from reconciler.core.words import plural
from reconciler.daemon.release import release
from reconciler.daemon.service import SHOWN, Service
from reconciler.daemon.standing import CALM, Standing
from reconciler.daemon.suspension import Suspension
from reconciler.sinks.metrics.view import DeviceView, Receiver, View

FOREVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is no part of the service. ``looked``: when the source was asked last, seconds since the epoch."""

    looked: float | None = None
    receivers: Mapping[str, Receiver] = field(default_factory=dict)


NOTHING = Beside()


def view(service: Service, beside: Beside = NOTHING) -> View:
    """The service right now. 500 devices cost 2 ms."""
    conditions = list(service.hub.conditions)
    rollout, checkout = service.hub.rollout, service.deployment.checkout
    kinds = Counter(one.kind for one in conditions)
    return View(
        version=release(),
        started=service.started,
        ready=not unready(service),
        revision=checkout.revision if checkout else "",
        devices=_devices(service, _Marks.of(service)),
        conditions=kinds,
        waiting=len(rollout.waiting) if rollout is not None else 0,
        source_looked=beside.looked,
        journal_up=not kinds["journal"],
        receivers=beside.receivers,
        dropped=service.hub.bus.dropped,
    )


def unready(service: Service) -> str:
    """Why it is not ready, in words; empty: a revision is in force, and every device was looked at."""
    if service.deployment.checkout is None:
        return "no revision is in force yet"
    if service.hub.complete.is_set():
        return ""
    seen, standings = service.hub.cycle.seen, service.hub.standings
    names = [name for name in sorted(service.deployment.keepers) if name not in seen and name not in standings]
    more = f" and {len(names) - SHOWN} more" if names[SHOWN:] else ""
    return f"{plural(len(names), 'device')} not looked at yet: {', '.join(names[:SHOWN])}{more}"


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is known of devices by name, each collected once for all of them. ``fights``: how many each has."""

    drift: Collection[str]
    failing: Collection[str]
    fights: Mapping[str, int]
    suspended: Mapping[str, Suspension]
    forgotten: Collection[str]

    @classmethod
    def of(cls, service: Service) -> _Marks:
        conditions = list(service.hub.conditions)
        names = list(service.deployment.keepers)
        restraints = service.hub.restraints
        suspended: dict[str, Suspension] = {}
        for one in sorted(restraints.suspensions, key=lambda one: one.until or FOREVER):
            suspended.update(dict.fromkeys(matching(names, one.target), one))
        return cls(
            drift={one.device for one in conditions if one.kind == "drift"},
            failing={one.device for one in conditions if one.kind == "failed"},
            fights=Counter(fight.device for fight in restraints.fights),
            suspended=suspended,
            forgotten={name for one in conditions if one.kind == "forgotten" for name in matching(names, one.subject)},
        )


def _devices(service: Service, marks: _Marks) -> dict[str, DeviceView]:
    hub = service.hub
    found = {}
    for name in service.deployment.keepers:
        standing = hub.standings.get(name) or Standing(at=service.started)
        suspension = marks.suspended.get(name)
        found[name] = DeviceView(
            phase=standing.phase,
            since=standing.at,
            up=_up(standing),
            in_sync=standing.phase in CALM,
            differences=standing.differences,
            reads=hub.reads[name],
            good=hub.good.get(name),
            drift=name in marks.drift,
            held=standing.phase == "held",
            failing=name in marks.failing,
            fights=marks.fights.get(name, 0),
            suspended=suspension is not None,
            suspended_until=suspension.until if suspension else None,
            forgotten=name in marks.forgotten,
        )
    return found


def _up(standing: Standing) -> bool | None:
    """Who is not looked at is neither up nor down."""
    if standing.phase in ("new", "not mentioned"):
        return None
    return standing.phase not in ("unreachable", "unreadable")
