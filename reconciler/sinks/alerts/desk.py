"""What one receiver has to be told next, and when: an opening, news of it, a reminder, the end, in this order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.settings.alerts import ReceiverSettings
from reconciler.settings.severity import RANKS
from reconciler.sinks.alerts.alert import Alert, Status
from reconciler.sinks.alerts.board import Board
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.episode import Episode, Told
from reconciler.sinks.alerts.message import Item, Message, message

UPDATED = 300.0
"""Seconds between two updates of one episode; the first one does not wait."""
MANY, REST = 10, 60.0
"""After so many of one kind in one message more of them wait for so many seconds, and are told together: that packets
are lost behind a dead uplink is found one timeout after the other."""
REFRESH = 60.0
"""Seconds after which Alertmanager is told again of what holds (`alertmanager.LASTS`)."""
MOST = 1000
"""Alerts in one message."""
KEPT = 1000
"""Episodes that are over, and of which the receiver knows nothing yet; of more the oldest are dropped, and counted."""


class Wish(NamedTuple):
    """What is to be told of an episode, and from when on, by the loop's clock."""

    status: Status
    at: float


@dataclass
class Desk:
    """One receiver's. ``repeat``: seconds until what holds is told again."""

    name: str
    rules: ReceiverSettings
    repeat: float
    clock: Clock
    board: Board
    dropped: int = 0
    most: int = MOST
    flight: Message | None = None
    """What is being sent, and may have arrived."""
    _rests: dict[tuple[Status, str], float] = field(default_factory=dict)

    @property
    def refreshes(self) -> bool:
        """Whether whoever is there forgets what it is not told again."""
        return self.rules.alertmanager is not None

    def wants(self, alert: Alert) -> bool:
        """A receiver that does not answer needs not be told so."""
        rules = self.rules
        return (
            RANKS[alert.severity] >= RANKS[rules.severity]
            and (not rules.kinds or alert.kind in rules.kinds)
            and (not rules.devices or any(fnmatchcase(alert.device, pattern) for pattern in rules.devices))
            and alert.key != ("receiver", self.name)
        )

    def wish(self, one: Episode) -> Wish | None:
        """None: nothing, as things are."""
        told = one.told.get(self.name)
        if told is None:
            waits = not one.shown or self.board.hides(one)  # also if it is over: what hides it has been told
            return self._rested("opened", one, one.burst.due) if not waits and self.wants(one.alert) else None
        if told.status == "resolved":
            return None
        if one.closed:
            return self._rested("resolved", one, told.at)
        if one.calm is not None or self.board.hides(one):
            return Wish("reminder", told.at + REFRESH) if self.refreshes else None
        return self._going_on(one, told)

    def _rested(self, status: Status, one: Episode, at: float) -> Wish:
        """Not when many of its like were told a moment ago. Who is told of everything again and again groups itself."""
        return Wish(status, at if self.refreshes else max(at, self._rests.get((status, one.alert.kind), at)))

    def _going_on(self, one: Episode, told: Told) -> Wish:
        """Of what holds and is known: something new, or the same again."""
        reminder = Wish("reminder", told.at + (REFRESH if self.refreshes else self.repeat))
        if one.version <= told.version:
            return reminder
        update = Wish("updated", told.updated + (UPDATED if told.updates else 0.0))
        return min(update, reminder, key=lambda wish: wish.at)

    def wishes(self) -> Iterator[tuple[Episode, Wish]]:
        """Of all episodes, the oldest first; of two of one kind and subject the later one waits for the earlier."""
        earlier: set[tuple[str, str]] = set()
        for one in self.board:
            wish = self.wish(one)
            if wish is not None and one.alert.key not in earlier:
                earlier.add(one.alert.key)
                yield one, wish

    @property
    def next(self) -> float | None:
        """When there is something to tell, by the loop's clock."""
        return min((wish.at for _, wish in self.wishes()), default=None)

    @property
    def queued(self) -> int:
        """Alerts of which there is news that was not told yet."""
        return sum(wish.status != "reminder" for _, wish in self.wishes())

    def pick(self) -> Message | None:
        """What is to be told now, in one message."""
        now = self.clock.now()
        wishes = [(one, wish) for one, wish in self.wishes() if wish.at <= now or self._comes_along(one, wish)]
        if not any(wish.at <= now for _, wish in wishes):
            return None
        wishes.sort(key=lambda pair: pair[1].status == "reminder")
        items = [Item(wish.status, one.version, one.alert) for one, wish in wishes[: self.most]]
        return message(items, self.dropped)

    def _comes_along(self, one: Episode, wish: Wish) -> bool:
        """Whoever has to be told of everything again and again is told of all at once."""
        return self.refreshes and wish.status in ("reminder", "updated")

    def delivered(self, sent: Message) -> None:
        """It has arrived."""
        self.dropped -= min(self.dropped, sent.dropped)
        self.most = MOST
        for one, item in self._known(sent.items):
            self._note(one, item)
        said = Counter((item.status, item.alert.kind) for item in sent.items if item.status in ("opened", "resolved"))
        rest = self.clock.now() + REST
        self._rests.update({what: rest for what, count in said.items() if count >= MANY})

    def lost(self, sent: Message) -> None:
        """Nobody will ever take it: whoever was not told the beginning is not told the end."""
        for one, item in self._known(sent.items):
            self._note(one, item)
            if item.status == "opened":
                one.told[self.name].status = "resolved"

    def trim(self) -> int:
        """How many whole episodes had to be dropped."""
        sent = {item.alert.id for item in self.flight.items} if self.flight else set()
        unknown = (one for one in self.board if one.closed and self.name not in one.told)
        waiting = [one for one in unknown if one.alert.id not in sent and self.wish(one)]
        for one in waiting[:-KEPT]:
            now = self.clock.now()
            one.told[self.name] = Told("resolved", one.version, now, now)
            self.board.touched.add(one.alert.id)
        dropped = max(0, len(waiting) - KEPT)
        self.dropped += dropped
        return dropped

    def _known(self, items: Iterable[Item]) -> Iterator[tuple[Episode, Item]]:
        for item in items:
            if (one := self.board.episodes.get(item.alert.id)) is not None:
                yield one, item

    def _note(self, one: Episode, item: Item) -> None:
        now = self.clock.now()
        told = one.told.setdefault(self.name, Told("opened", item.version, now, now))
        told.version, told.at = item.version, now
        if item.status == "updated":
            told.updated, told.updates = now, told.updates + 1
        if item.status == "resolved":
            told.status = "resolved"
        self.board.touched.add(one.alert.id)
