"""One alert as people are told of it: what holds, where, since when, by whom, and what is done about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from reconciler.core.words import printable
from reconciler.report.event import Event
from reconciler.settings.severity import Severity, severity

Status = Literal["opened", "updated", "resolved", "reminder"]
Change = Mapping[str, Any]
"""As in a plan (``report.plan_json``)."""
CHANGES = 20
"""Changes that an alert holds; ``count`` says how many there are."""
LONGEST = 4000
"""Characters of any text in it: a device's answer may be as long as it likes."""


@dataclass(frozen=True, slots=True)
class Alert:
    """``id``: of the episode that it began with, 12 hex digits. Times in seconds since the epoch.

    ``words``: what holds; ``ended`` and ``outcome``: when and how it was over. ``waits``: why a drift is not
    put back, or a plan not written. ``times``: how often it has begun, where it does not stay away.
    """

    id: str
    kind: str
    subject: str
    words: str
    since: float
    device: str = ""
    ended: float | None = None
    outcome: str = ""
    by: str = ""
    waits: str = ""
    digest: str = ""
    revision: str = ""
    changes: tuple[Change, ...] = ()
    count: int = 0
    times: int = 1

    @property
    def severity(self) -> Severity:
        return severity(self.kind)

    @property
    def key(self) -> tuple[str, str]:
        """What there is only one of at a time."""
        return self.kind, self.subject

    @property
    def where(self) -> str:
        """The device, or what else it is about."""
        return self.device or self.subject

    @property
    def is_of_all(self) -> bool:
        """Whether it is about no device and no part: what it is called says all."""
        return not self.device and self.subject in ("source", self.kind)

    def over(self, at: float, outcome: str) -> Alert:
        return replace(self, ended=max(at, self.since), outcome=outcome)

    def goes_on(self, news: Alert) -> Alert:
        """There is news of it. After a restart nobody knows any more who made a drift that is still the same."""
        by = news.by or (self.by if news.digest and news.digest == self.digest else "")
        return replace(news, id=self.id, since=self.since, times=self.times, by=by)

    def again(self, news: Alert) -> Alert:
        """It has begun once more before anybody was told that it is over."""
        return replace(news, id=self.id, since=self.since, times=self.times + 1)

    def document(self) -> dict[str, Any]:
        """To be kept."""
        return asdict(self)


def of_event(event: Event, revision: str) -> Alert:
    """What an event of an open episode says (``daemon.condition``). Raises: KeyError, TypeError, ValueError."""
    data: Mapping[str, Any] = event.data
    changes = data.get("changes") or ()
    return Alert(
        id=str(data["id"]),
        kind=str(data["condition"]),
        subject=text(data["subject"]),
        words=text(event.words),
        since=min(float(data["since"]), float(data.get("seen", data["since"]))),
        device=event.device,
        by=text(data.get("by", "")),
        waits=text(data.get("waits", "")),
        digest=str(data.get("digest", "")),
        revision=str(data.get("revision") or revision),
        changes=tuple(changes[:CHANGES]),
        count=int(data.get("count", len(changes))),
    )


def of_document(found: Any) -> Alert | None:
    """What was kept, where anything may stand."""
    try:
        return TypeAdapter(Alert).validate_python(found)
    except ValidationError:
        return None


def text(value: object) -> str:
    return printable(str(value)[:LONGEST])
