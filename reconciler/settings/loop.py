"""How often the daemon looks at devices, how many at once, and how soon it tries again."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from reconciler.core.span import words
from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import wrong
from reconciler.settings.duration import Duration, between


class RetrySettings(Part):
    """After a failure a device is tried again after ``first``, then after twice as long, up to ``longest``."""

    example: ClassVar[str] = "{first: 1s, longest: 60s}"

    first: Annotated[Duration, between("100ms", "1h")] = Field(default="1s", validate_default=True)
    longest: Annotated[Duration, between("1s", "1d")] = Field(default="60s", validate_default=True)

    @model_validator(mode="after")
    def _in_order(self) -> RetrySettings:
        if self.first > self.longest:
            wrong(
                Code.TIMES_OUT_OF_ORDER,
                f"the first retry is after {words(self.first)}, the longest pause only {words(self.longest)}",
                "let first be at most longest",
            )
        return self


class LoopSettings(Part):
    """``reread``: each node is read again in full that often; ``poll``: each switch is asked for its hash that often.

    ``concurrency``: so many devices are spoken to at once. ``watch``: nodes tell of changes as they happen, and are
    read at once, but at most every ``debounce``. ``apply_timeout``: a device that takes longer to apply has failed.
    """

    example: ClassVar[str] = "{reread: 90s}"

    reread: Annotated[Duration, between("5s", "1d")] = Field(default="90s", validate_default=True)
    poll: Annotated[Duration, between("1s", "1d")] = Field(default="10s", validate_default=True)
    concurrency: Annotated[int, Field(ge=1, le=1024)] = 64
    debounce: Annotated[Duration, between("1ms", "10s")] = Field(default="50ms", validate_default=True)
    retry: RetrySettings = RetrySettings()
    apply_timeout: Annotated[Duration, between("10s", "1h")] = Field(default="5m", validate_default=True)
    watch: bool = True
