"""The daemon as a whole: what it is made of, and what people may ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from reconciler.core.words import brief, plural
from reconciler.daemon.deployment import Deployment
from reconciler.daemon.event import Reader
from reconciler.daemon.following import Following
from reconciler.daemon.hub import Hub
from reconciler.daemon.overview import Overview
from reconciler.daemon.standing import CALM, Standing
from reconciler.daemon.suspension import Suspension
from reconciler.report.event import Event
from reconciler.settings.model import Settings
from reconciler.settings.windows import Windows
from reconciler.source.checkout import Checkout, Refused, Unavailable

LONGEST_STORY = 600.0
"""Seconds for which somebody is told what becomes of a revision."""
LONGEST_SYNC = 50.0
"""Seconds; who asks waits for 60 (`cli.control`)."""
LOOKED_AT = 30.0
"""Seconds between two looks at suspensions and windows, at most."""
SHOWN = 3


@dataclass
class Service:
    """``started``: seconds since the epoch. ``queued``: alerts that wait, by receiver."""

    settings: Settings
    hub: Hub
    deployment: Deployment
    following: Following
    started: float
    queued: Callable[[], Mapping[str, int]] = dict
    _turned: asyncio.Event = field(default_factory=asyncio.Event)
    _overview: Overview = field(default_factory=Overview)

    def __post_init__(self) -> None:
        self.hub.bus.attach(self._overview.hear)
        self._summed = self.started

    def status(self) -> dict[str, object]:
        """How everything stands, as JSON: ``reconciler/status/v1``."""
        return self._overview.document(self)

    @property
    def summary(self) -> str:
        """One line, for `systemctl status`: how many devices are calm, who is written to, and what is wrong longest."""
        standings = {name: self.hub.standings.get(name, Standing()) for name in self.deployment.keepers}
        calm = sum(one.phase in CALM for one in standings.values())
        checkout = self.deployment.checkout
        where = f"at {brief(checkout.revision)}" if checkout else "no revision yet"
        said = [f"{where}: {calm} of {plural(len(standings), 'device')} in sync"]
        if busy := [name for name, one in standings.items() if one.phase == "applying"]:
            said.append(f"applying to {', '.join(busy[:SHOWN])}{' and others' if busy[SHOWN:] else ''}")
        if trouble := sorted(self.hub.conditions, key=lambda one: one.kind == "advice"):
            more = f" (and {len(trouble) - 1} more)" if trouble[1:] else ""
            said.append(f"{trouble[0].words}{more}")
        return "; ".join(said)

    def adopt(self, settings: Settings) -> None:
        """Other settings from now on, as far as they may change while the daemon runs (`settings.change`)."""
        self.settings = settings
        self.hub.pace(settings.loop)
        restraints = self.hub.restraints
        restraints.heal, restraints.windows = settings.heal, Windows(settings.windows)
        restraints.fights.become(settings.fights.flips, settings.fights.within)
        self.deployment.obey(settings)
        self._turned.set()
        self.deployment.call_all()

    def suspend(self, suspension: Suspension) -> None:
        self.hub.restraints.suspensions.add(suspension)
        self._turned.set()
        self._tell("suspended", f"{suspension.target} is {suspension}", suspension.by)
        self._call(suspension.target)

    def resume(self, target: str, by: str) -> list[str]:
        """End a suspension of this very target, and fights on devices of that name. What has ended, in words."""
        ended = [f"{one.target}: {one.reason}" for one in self.hub.restraints.suspensions.drop(target)]
        for name in [name for name in self.deployment.keepers if fnmatchcase(name, target)]:
            for fight in self.hub.restraints.fights.acknowledge(name):
                words = f"{fight.subject}: acknowledged by {by}"
                self.hub.conditions.end("fight", fight.subject, words)
                ended.append(f"{name}: {fight.words}")
        if ended:
            self.hub.conditions.end("forgotten", target, f"{target} is resumed")
            self._tell("resumed", f"{target} is resumed by {by}", by)
            self._call(target)
        return ended

    def approve(self, digits: str, by: str) -> str:
        """Have a held plan, or a held revision, applied. What that is, in words; empty: nothing is."""
        held = [name for name, one in self.hub.standings.items() if one.phase == "held" and digits == one.digest != ""]
        if held:
            self.hub.approved.add(digits)
            words = f"plan {digits} of {', '.join(held)} is approved by {by}"
            self._tell("approved", words, by)
            self.deployment.keepers[held[0]].call()
            return words
        if len(digits) >= 7 and (revision := self.following.approve(digits)):
            words = f"revision {brief(revision)} is approved by {by}"
            self._tell("approved", words, by)
            return words
        return ""

    async def sync(self) -> None:
        """Look at the source, and wait until the rollout that is under way then is over; ``LONGEST_SYNC`` at most."""
        with suppress(TimeoutError), Reader(self.hub.bus) as reader:
            async with asyncio.timeout(LONGEST_SYNC):
                await asyncio.shield(self.following.look())
                events = aiter(reader)
                while self.hub.rollout is not None and self.hub.rollout.end is None:
                    await anext(events)

    async def story_of(self, revision: str) -> AsyncIterator[Event]:
        """What happens from a look at the source on, until the rollout of ``revision`` is over or will not come.

        Of other revisions no word, but that a newer one has taken its place. Always with an end.
        """
        until = asyncio.get_running_loop().time() + LONGEST_STORY
        with Reader(self.hub.bus) as reader:
            events = aiter(reader)
            try:
                async with asyncio.timeout_at(until):
                    await self.following.look()
                end = await self._end_of(revision)
                while True:
                    for event in reader.waiting():
                        if _belongs(event, revision) and (end is None or event.words not in end.words):
                            yield event
                    if end is not None:
                        yield end
                        return
                    async with asyncio.timeout_at(until):
                        event = await anext(events)
                    if _belongs(event, revision):
                        yield event
                    end = self._end_since(revision)
            except TimeoutError:
                yield self._unfinished(revision)

    async def _end_of(self, revision: str) -> Event | None:
        """How it has ended for ``revision`` already: its rollout is over, or it is not in force; None: under way."""
        checkout = self.deployment.checkout
        if checkout is not None and checkout.revision == revision:
            return self.hub.rolled_out(revision)
        known = [condition.words for condition in self.hub.conditions.of("source")]
        words = "; ".join(known) or await self._instead_of(revision, checkout)
        return Event("end", words, level="warning")

    async def _instead_of(self, revision: str, checkout: Checkout | None) -> str:
        if checkout is None:
            return "the daemon follows another branch or repository: no revision is in force"
        with suppress(Unavailable, Refused):
            known = await self.following.source.at(revision)
            if await self.following.source.is_forward(known.revision, checkout.revision):
                return _superseded(revision, checkout)
        return f"the daemon follows another branch or repository: revision {brief(checkout.revision)} is in force"

    def _end_since(self, revision: str) -> Event | None:
        """The same where it was in force a moment ago."""
        checkout = self.deployment.checkout
        if checkout is not None and checkout.revision != revision:
            return Event("end", _superseded(revision, checkout), level="warning")
        return self.hub.rolled_out(revision)

    def _unfinished(self, revision: str) -> Event:
        """Who of a rollout is not there after the longest time that somebody is told of it."""
        rollout = self.hub.rollout
        waiting = rollout.waiting if rollout is not None and rollout.revision == revision else set()
        named = [f"{name} ({self.hub.standings.get(name, Standing()).phase})" for name in sorted(waiting)]
        more = f" and {len(named) - SHOWN} more" if named[SHOWN:] else ""
        what = f"not there yet: {', '.join(named[:SHOWN])}{more}" if named else "the source is still being looked at"
        words = f"revision {brief(revision)} is followed no longer after {LONGEST_STORY:g} s; {what}"
        return Event("end", words, level="warning")

    async def watch_clock(self) -> None:
        """Suspensions end, windows open and close, and nobody forgets a suspension. Until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._until_next()):
                    await self._turned.wait()
            self._turned.clear()
            for one in self.hub.restraints.suspensions.expire():
                self._tell("resumed", f"{one.target} is no longer suspended: its time is over")
                self.hub.conditions.end("forgotten", one.target, f"{one.target} is no longer suspended")
            self._remind()
            self._sweep()
            self._sum_up()
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

    def _sum_up(self) -> None:
        """A sign of life for whoever reads the log of a quiet day."""
        now = self.hub.now()
        if now >= self._summed + self.settings.log.summary:
            self._summed = now
            self._tell("summary", self.summary)

    def _sweep(self) -> None:
        """What held before a restart of a device that is not ours any more."""
        if self.deployment.checkout is not None:
            for device in {one.device for one in self.hub.conditions} - {"", *self.deployment.keepers}:
                self.hub.conditions.end_all(device)

    def _waiting(self) -> Iterator[str]:
        """Devices that time may have set free."""
        for name, standing in self.hub.standings.items():
            if standing.phase in ("withheld", "held") and name in self.deployment.keepers:
                yield name

    def _call(self, target: str) -> None:
        for name, keeper in self.deployment.keepers.items():
            if fnmatchcase(name, target):
                keeper.call()

    def _tell(self, kind: str, words: str, by: str = "") -> None:
        self.hub.tell(Event(kind, words, data={"by": by} if by else {}))


def _superseded(revision: str, checkout: Checkout) -> str:
    return f"revision {brief(revision)} is superseded by {brief(checkout.revision)}, which is in force"


def _belongs(event: Event, revision: str) -> bool:
    """Whether who follows ``revision`` is told: all but what is about another one, and how a rollout ends, last."""
    return event.kind != "rollout" and event.data.get("revision", revision) == revision
