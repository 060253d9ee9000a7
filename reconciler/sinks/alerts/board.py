"""All episodes that somebody may still have to hear of: what holds, what hides what, and what is over for good. Pure.

A device that cannot be reached or read hides what else is said of it, and a fight hides the drift: whoever is woken is
told the cause once. What is hidden is told afterwards, if it still holds; what was hidden all its life never is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from reconciler.report.event import Event
from reconciler.sinks.alerts.alert import Alert, of_event, text
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.episode import LONGER, Burst, Episode

BELOW = frozenset({"drift", "held", "withheld", "failed", "fight", "advice"})
HIDES = {"unreachable": BELOW, "unreadable": BELOW, "fight": frozenset({"drift"})}
"""Kind -> the kinds that it hides on the same device."""
MISSED = "it was over when the daemon started again"


class Board:
    """``group``: what begins is told that many seconds later; ``settle``: what is over has to stay so for as many.

    ``revision``: the one in force. ``touched``: ids of what is to be kept anew, or to be forgotten.
    """

    def __init__(self, clock: Clock, group: float, settle: float, revision: Callable[[], str]) -> None:
        self._clock = clock
        self.group, self.settle = group, settle
        self._revision = revision
        self.episodes: dict[str, Episode] = {}
        self._held: dict[tuple[str, str], Episode] = {}
        self._burst = Burst(-1e9, -1e9)
        self._hiding: dict[str, dict[str, Episode]] = {}
        self.touched: set[str] = set()

    def __iter__(self) -> Iterator[Episode]:
        """The oldest first; whoever goes through them may drop some."""
        return iter(tuple(self.episodes.values()))

    @property
    def open(self) -> list[Alert]:
        """What holds now."""
        return [one.alert for one in self if one.calm is None]

    def restore(self, known: Collection[Episode]) -> None:
        """From before a restart."""
        for one in known:
            self.episodes[one.alert.id] = one
            if not one.closed:
                self._hold(one)

    def hear(self, event: Event) -> None:
        """An episode begins, goes on, or ends; the same heard twice is heard once. Raises: what ``of_event`` does."""
        match event.data["episode"]:
            case "resolved":
                self._end(event)
            case "opened" if self._knows(event):
                return
            case _:
                self._holds(of_event(event, self._revision()))

    def only(self, holding: Collection[str]) -> None:
        """``holding``: the daemon's ids of what holds. What was missed is over."""
        for one in self:
            if one.calm is None and one.now not in holding:
                self._calm(one, MISSED)

    def turn(self) -> float | None:
        """What time brings about. When to look again, by the loop's clock; None: when something is heard."""
        now, later, over = self._clock.now(), [], self._over_together()
        for one in self:
            if not one.shown and not self.hides(one):
                one.shown = one.burst.due <= now
                self.touched.add(one.alert.id)
                later += [] if one.shown else [one.burst.due]
            if one.calm is not None and not one.closed:
                end = max(one.calm + self.settle, over)
                one.closed = end <= now
                later += [] if one.closed else [end]
                if one.closed:
                    self._close(one)
        return min(later, default=None)

    def _over_together(self) -> float:
        """When what is over first is over for good: what ends with it is told with it. By the loop's clock."""
        ends = sorted(one.calm + self.settle for one in self if one.calm is not None and not one.closed)
        last = first = ends[0] if ends else 0.0
        for end in ends:
            last = end if end <= min(last, first + (LONGER - 1) * self.group) + self.group else last
        return last

    def hides(self, episode: Episode) -> bool:
        """Whether something else on its device is reason enough for it; what begins after that is over is news."""
        alert = episode.alert
        return alert.kind in BELOW and any(
            alert.kind in HIDES[other.alert.kind] and _lasts(other, episode)
            for other in self._hiding.get(alert.device, {}).values()
        )

    def sweep(self, wanted: Callable[[Episode], bool]) -> None:
        """Forget what is over and of which nobody has to be told any more."""
        for one in self:
            if one.closed and not (one.shown and wanted(one)):
                self._drop(one)

    def forget(self, receiver: str) -> None:
        """There is no such receiver any more."""
        for one in self:
            if one.told.pop(receiver, None) is not None:
                self.touched.add(one.alert.id)

    def _holds(self, news: Alert) -> None:
        now = self._clock.now()
        one = self._held.get(news.key)
        if one is None:
            if not self._burst.joined(now, self.group):
                self._burst = Burst(now, now + self.group)
            one = self.episodes[news.id] = Episode(news, news.id, now, self._burst)
            self._hold(one)
        elif one.calm is None:
            one.update(one.alert.goes_on(news))
        else:
            one.update(one.alert.again(news))
            one.calm, one.began = None, now
        one.now = news.id
        self.touched.add(one.alert.id)

    def _knows(self, event: Event) -> bool:
        """Whether its beginning was heard before: after a restart whoever says so knows less of it than is kept."""
        one = self._held.get((str(event.data["condition"]), text(event.data["subject"])))
        return one is not None and one.calm is None and one.now == event.data["id"]

    def _end(self, event: Event) -> None:
        data = event.data
        one = self._held.get((str(data["condition"]), text(data["subject"])))
        if one is not None and one.calm is None and one.now == data["id"]:
            self._calm(one, text(event.words))

    def _calm(self, one: Episode, outcome: str) -> None:
        """It is over, for now. What nobody was to be told of so far will not be told."""
        one.alert = one.alert.over(self._clock.today(), outcome)
        one.calm = self._clock.now()
        self.touched.add(one.alert.id)
        if not one.shown and self.hides(one):
            self._close(one)
            self._drop(one)
        one.shown = True

    def _hold(self, one: Episode) -> None:
        alert = one.alert
        self._held[alert.key] = one
        if alert.kind in HIDES and alert.device:
            self._hiding.setdefault(alert.device, {})[alert.id] = one

    def _close(self, one: Episode) -> None:
        one.closed = True
        self._held.pop(one.alert.key, None)
        hiding = self._hiding.get(one.alert.device, {})
        hiding.pop(one.alert.id, None)
        if not hiding:
            self._hiding.pop(one.alert.device, None)
        self.touched.add(one.alert.id)

    def _drop(self, one: Episode) -> None:
        self.episodes.pop(one.alert.id, None)
        self.touched.add(one.alert.id)


def _lasts(other: Episode, episode: Episode) -> bool:
    """Whether it holds, or held when ``episode`` began and may come back."""
    return other.calm is None or episode.began <= other.calm
