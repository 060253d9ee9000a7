"""The daemon as a whole: what it is made of, and what people may ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconciler.core.words import plural
from reconciler.daemon.deployment import Deployment
from reconciler.daemon.event import Event
from reconciler.daemon.following import Following
from reconciler.daemon.hub import Hub
from reconciler.daemon.suspension import Suspension
from reconciler.settings.model import Settings

LOOKED_AT = 30.0
"""Seconds between two looks at suspensions and windows, at most."""


@dataclass
class Service:
    """``started``: seconds since the epoch."""

    settings: Settings
    hub: Hub
    deployment: Deployment
    following: Following
    started: float

    def status(self) -> dict[str, object]:
        """How everything stands, as JSON: ``reconciler/status/v1``."""
        checkout = self.deployment.checkout
        source = {"revision": checkout.revision, "subject": checkout.subject} if checkout else {}
        return {
            "schema": "reconciler/status/v1",
            "started": self.started,
            "source": source,
            "devices": {name: one.document() for name, one in sorted(self.hub.standings.items())},
            "conditions": [
                {"kind": one.kind, "subject": one.subject, "words": one.words, "since": one.since}
                for one in self.hub.conditions
            ],
            "suspended": self.hub.restraints.suspensions.documents(),
            "fights": [{"device": f.device, "key": str(f.key), "words": f.words} for f in self.hub.restraints.fights],
        }

    @property
    def summary(self) -> str:
        """One line, for `systemctl status`."""
        standings = [self.hub.standings.get(name) for name in self.deployment.keepers]
        calm = sum(one is not None and one.phase in ("in sync", "not mentioned") for one in standings)
        checkout = self.deployment.checkout
        where = f"at {checkout.revision[:12]}" if checkout else "no revision yet"
        trouble = len(list(self.hub.conditions))
        return f"{where}: {calm} of {plural(len(standings), 'device')} in sync, {plural(trouble, 'condition')}"

    def suspend(self, suspension: Suspension) -> None:
        self.hub.restraints.suspensions.add(suspension)
        self._tell("suspended", f"{suspension.target} is {suspension}")
        self._call(suspension.target)

    def resume(self, target: str, by: str) -> list[str]:
        """End a suspension of this very target, and fights on devices of that name. What has ended, in words."""
        ended = [f"{one.target}: {one.reason}" for one in self.hub.restraints.suspensions.drop(target)]
        for name in [name for name in self.deployment.keepers if fnmatchcase(name, target)]:
            for fight in self.hub.restraints.fights.acknowledge(name):
                subject = f"{name}: {fight.key}"
                self.hub.conditions.end("fight", subject, f"{subject}: acknowledged by {by}", device=name)
                ended.append(f"{name}: {fight.words}")
        if ended:
            self.hub.conditions.end("forgotten", target, f"{target} is resumed")
            self._tell("resumed", f"{target} is resumed by {by}")
            self._call(target)
        return ended

    def approve(self, digits: str, by: str) -> str:
        """Have a held plan, or a held revision, applied. What that is, in words; empty: nothing is."""
        for name, standing in self.hub.standings.items():
            if standing.phase == "held" and standing.digest and standing.digest == digits:
                self.hub.approved.add(standing.digest)
                words = f"plan {standing.digest} of {name} is approved by {by}"
                self._tell("approved", words)
                self.deployment.keepers[name].call()
                return words
        if len(digits) >= 7 and (revision := self.following.approve(digits)):
            words = f"revision {revision[:19]} is approved by {by}"
            self._tell("approved", words)
            return words
        return ""

    def end_of(self, revision: str) -> Event | None:
        """How it has ended for ``revision`` already: its rollout is over, or it is not in force; None: under way."""
        checkout = self.deployment.checkout
        if checkout is not None and checkout.revision == revision:
            return self.hub.rolled_out(revision)
        known = [condition.words for condition in self.hub.conditions.of("source")]
        where = f"revision {checkout.revision[:12]} is in force" if checkout else "no revision is in force"
        words = "; ".join(known) or f"the daemon follows another branch or repository: {where}"
        return Event("end", words, level="warning")

    async def watch_clock(self) -> None:
        """Suspensions end, windows open and close, and nobody forgets a suspension. Until cancelled."""
        while True:
            await asyncio.sleep(self._until_next())
            for one in self.hub.restraints.suspensions.expire():
                self._tell("resumed", f"{one.target} is no longer suspended: its time is over")
                self.hub.conditions.end("forgotten", one.target, f"{one.target} is no longer suspended")
            self._remind()
            for name in self._waiting():
                self.deployment.keepers[name].call()

    def _until_next(self) -> float:
        now = self.hub.now()
        end = self.hub.restraints.suspensions.next_end
        change = self.hub.restraints.windows.next_change(self.hub.restraints.now())
        known = [moment for moment in (end, change.timestamp() if change else None) if moment is not None]
        return max(0.05, min([LOOKED_AT, *(moment - now for moment in known)]))

    def _remind(self) -> None:
        forgotten = self.settings.suspend.forgotten
        for one in self.hub.restraints.suspensions:
            if self.hub.now() - one.since >= forgotten:
                self.hub.conditions.begin("forgotten", one.target, f"{one.target} is still {one}")

    def _waiting(self) -> Iterator[str]:
        """Devices that time may have set free."""
        for name, standing in self.hub.standings.items():
            if standing.phase in ("withheld", "held") and name in self.deployment.keepers:
                yield name

    def _call(self, target: str) -> None:
        for name, keeper in self.deployment.keepers.items():
            if fnmatchcase(name, target):
                keeper.call()

    def _tell(self, kind: str, words: str) -> None:
        self.hub.tell(Event(kind, words))
