"""A span of time that comes again and again, in which changes are allowed, or denied."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, model_validator

from reconciler.core.span import words
from reconciler.desired.codes import Code
from reconciler.desired.documents.globs import Some
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example
from reconciler.desired.suggestion import did_you_mean
from reconciler.settings.duration import SPAN
from reconciler.settings.select import Selector

FIELDS = 5
EXPECTED = 'expected minute, hour, day, month and weekday, such as "0 22 * * *"'
REFERENCE = datetime(2000, 1, 1, tzinfo=UTC)
"""Any moment: what matches never after it matches never at all (the calendar repeats within cronsim's 50 years)."""
Governed = Literal["drift", "change"]


def _cron(text: str) -> str:
    """As Debian's cron reads it (crontab(5)): of day and weekday, if neither is ``*``, one that fits is enough."""
    if len(text) > 200 or len(text.split()) != FIELDS:
        wrong(Code.NOT_A_SCHEDULE, "a schedule has five fields", EXPECTED)
    try:
        next(CronSim(text, REFERENCE))
    except StopIteration:
        wrong(Code.NOT_A_SCHEDULE, f"the schedule {text!r} never comes", "name a day that there is")
    except (CronSimError, ValueError, TypeError, AssertionError) as error:
        wrong(
            Code.NOT_A_SCHEDULE, f"the schedule {text!r} cannot be read ({str(error).lower() or 'strange'})", EXPECTED
        )
    return " ".join(text.split())


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        known = sorted(available_timezones())
        right = did_you_mean(name, known) if known else "this machine knows no zones: install the package tzdata"
        wrong(
            Code.UNKNOWN_TIME_ZONE,
            f"unknown time zone {name[:60]!r}",
            right if right.startswith(("did", "this")) else "use one such as Europe/Berlin",
        )


Cron = Annotated[str, AfterValidator(_cron), Example('"0 22 * * *"'), Field(examples=["0 22 * * *"])]
Zone = Annotated[str, AfterValidator(_zone), Example("Europe/Berlin"), Field(examples=["Europe/Berlin"])]


class Window(Selector):
    """From each time of the schedule on (cron's five fields, ``allow`` or ``deny``, in ``zone``), ``for`` so long.

    ``holds``: what it governs: ``drift``, the repair of what somebody else has changed, ``change``, what the documents
    want anew. ``reason``: shown to whoever wonders why nothing happens.
    """

    example: ClassVar[str] = '{allow: "0 22 * * *", for: 2h, zone: Europe/Berlin}'

    allow: Cron | None = None
    deny: Cron | None = None
    lasting: Annotated[float, SPAN, Example("2h"), Field(alias="for")]
    zone: Zone = "UTC"
    holds: Some[Governed] = ("drift", "change")
    reason: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_schedule(self) -> Window:
        if (self.allow is None) == (self.deny is None):
            wrong(
                Code.FIELDS_CONFLICT,
                "a window allows or denies",
                'give exactly one: allow: "0 22 * * *", or deny: "0 22 * * *"',
            )
        return self

    @property
    def cron(self) -> str:
        return self.allow or self.deny or ""

    def __str__(self) -> str:
        """``at 22:00 every day for 2h, Europe/Berlin``, for people; cronsim finds the words."""
        when = CronSim(self.cron, REFERENCE).explain()
        return f"{when[:1].lower()}{when[1:]} for {words(self.lasting)}, {self.zone}"
