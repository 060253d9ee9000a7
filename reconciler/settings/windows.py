"""When the daemon may change a device: what the windows say about a moment, and when they say something else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim

from reconciler.core.plan import Cause
from reconciler.settings.window import Governed, Window

GOVERNED: Mapping[Cause, Governed] = {"drift": "drift", "pending": "change"}
"""What a plan calls the cause of its changes, and what a window calls it."""
WORDS: Mapping[Governed, str] = {"drift": "repairs", "change": "changes"}
SHIFT = timedelta(hours=3)
"""More than any clock is ever put back by (Antarctica/Troll: two hours)."""
CHAINED = 100
"""So many overlapping spans are taken for one; then somebody has to ask again."""
LOOKED_AT = 2000
"""So many openings and closings are looked at for the one that opens."""
DEAR = 20
"""What looking at a chain that has not ended costs, in openings."""


class Phase(NamedTuple):
    """A window is ``active``, or is not, until a moment (UTC); None: for ever."""

    active: bool
    until: datetime | None


def phase(window: Window, now: datetime) -> Phase:
    """Whether ``now`` is within the window, and until when that is so at least.

    It lasts as long as clocks tick, not as they show: two hours from 01:00 on end at 04:00 in the night in which the
    clock skips an hour. A start that the clock skips is at the end of the gap, one that it shows twice is the first
    (cron(8) on Debian; cronsim does the same).
    """
    lasting, end = timedelta(seconds=window.lasting), None
    for ahead, start in enumerate(_starts(window, now)):
        if start > now and (end is None or end <= now):
            return Phase(active=False, until=start)
        if end is not None and end > now and (start > end or ahead > CHAINED):
            return Phase(active=True, until=end)
        end = start + lasting
    active = end is not None and end > now
    return Phase(active, end if active else None)


def _starts(window: Window, now: datetime) -> Iterator[datetime]:
    """The schedule's times in UTC, from the last one before ``now`` at the latest.

    cronsim knows wall clocks, whose order is not that of time where they are put back: begin well before that.
    """
    begin = (now - SHIFT).astimezone(ZoneInfo(window.zone))
    for earlier in islice(CronSim(window.cron, begin, reverse=True), 2):
        begin = earlier
    for start in CronSim(window.cron, begin):
        yield start.astimezone(UTC)


class _Verdict(NamedTuple):
    """What was found out at ``since`` and holds until something changes."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class Windows:
    """All windows of the settings; equal questions have equal answers (the last ones are kept, not the clock)."""

    windows: Sequence[Window] = ()
    _phases: dict[int, tuple[datetime, Phase]] = field(default_factory=dict, repr=False, compare=False)
    _verdicts: dict[tuple[Governed, tuple[int, ...]], _Verdict] = field(default_factory=dict, repr=False, compare=False)

    def closed(self, device: str, clusters: Iterable[str], cause: Cause, now: datetime) -> str:
        """Empty if ``device`` may be changed ``now``, else why not and when it will be.

        ``clusters``: all that the device serves. ``now`` knows its zone. Whoever has begun to apply may finish: this
        is asked before, not while.
        """
        served, governed = tuple(clusters), GOVERNED[cause]
        mine = tuple(
            place
            for place, window in enumerate(self.windows)
            if governed in window.holds and window.selects(device, served)
        )
        if not mine:
            return ""
        verdict = self._verdicts.get((governed, mine))
        if verdict is None or not _holds(verdict.since, verdict.until, now):
            reason = "" if self._is_open(mine, now) else self._closed(mine, governed, now)
            verdict = _Verdict(now, self._flip(mine, now), reason)
            self._verdicts[governed, mine] = verdict
        return verdict.reason

    def next_change(self, now: datetime) -> datetime | None:
        """The next moment (UTC) at which a window begins or ends; None: never again."""
        return self._flip(range(len(self.windows)), now)

    def _phase(self, place: int, now: datetime) -> Phase:
        since, known = self._phases.get(place, (now, None))
        if known is None or not _holds(since, known.until, now):
            known = phase(self.windows[place], now)
            self._phases[place] = (now, known)
        return known

    def _flip(self, places: Iterable[int], now: datetime) -> datetime | None:
        ends = (self._phase(place, now).until for place in places)
        return min((end for end in ends if end is not None), default=None)

    def _active(self, places: Iterable[int], now: datetime) -> frozenset[int]:
        return frozenset(place for place in places if self._phase(place, now).active)

    def _is_open(self, places: Iterable[int], now: datetime) -> bool:
        return not self._barred(places, now)

    def _barred(self, places: Iterable[int], now: datetime) -> Sequence[Sequence[Window]]:
        """The windows that deny, and those that would have to allow; either may be empty. One that denies wins."""
        mine = [(self.windows[place], self._phase(place, now).active) for place in places]
        denying = [window for window, active in mine if window.deny and active]
        allowing = [(window, active) for window, active in mine if window.allow]
        waiting = [] if any(active for _, active in allowing) else [window for window, _ in allowing]
        return [denying, waiting] if denying or waiting else []

    def _closed(self, places: Sequence[int], governed: Governed, now: datetime) -> str:
        denying, waiting = self._barred(places, now)
        opens, zone = self._opening(places, now), ZoneInfo((*waiting, *denying)[0].zone)
        until = f"closed until {_shown(opens, zone)}" if opens else "closed, and no end is in sight"
        what = WORDS[governed]
        reasons = [f"no {what} {_named(denying)}"] if denying else []
        reasons += [f"{what} only {_named(waiting)}"] if waiting else []
        return f"{until}: {'; '.join(reasons)}"

    def _opening(self, places: Sequence[int], now: datetime) -> datetime | None:
        """The first moment after ``now`` at which these windows leave the way free, if one is near enough to see."""
        alone, indices = Windows([self.windows[place] for place in places]), range(len(places))
        left, before = LOOKED_AT, alone._active(indices, now)
        while left > 0 and (flip := alone.next_change(now)) is not None:
            if alone._is_open(indices, flip):
                return flip
            active = alone._active(indices, flip)
            left -= DEAR if active == before else 1
            now, before = flip, active
        return None


def _named(windows: Sequence[Window]) -> str:
    said = [f"{window} ({window.reason})" if window.reason else str(window) for window in windows]
    return f"in the window {said[0]}" if len(said) == 1 else f"in the windows {', and '.join(said)}"


def _holds(since: datetime, until: datetime | None, now: datetime) -> bool:
    """The wall clock may also be set back."""
    return since <= now and (until is None or now < until)


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    """``Sun 22 Nov 22:00 CET (21:00 UTC)``: in the zone in which the window was written."""
    local = moment.astimezone(zone)
    universal = f" ({moment:%H:%M} UTC)" if local.utcoffset() else ""
    return f"{local:%a %d %b %Y %H:%M} {local.tzname()}{universal}"
