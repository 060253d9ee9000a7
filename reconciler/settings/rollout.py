"""How a new state gets to many devices: a few at first, then some at a time, and a pause to see how it goes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from reconciler.core.waves import Rolling
from reconciler.desired.documents.spec import Part
from reconciler.desired.share import PortionOf
from reconciler.settings.duration import Duration, between


class RolloutSettings(Part):
    """``canary``: so many devices come first, alone. ``batch``: so many of the rest at a time, all of them by default.

    ``wait``: so long after each batch but the last. A device that fails ends it: those that are left stay as they are.
    """

    example: ClassVar[str] = "{canary: 1, batch: 20%}"

    canary: Annotated[int, Field(ge=0, le=10_000)] = 0
    batch: PortionOf = Field(default="100%", validate_default=True)
    wait: Annotated[Duration, between("1ms", "1h")] = Field(default="10s", validate_default=True)

    @property
    def rolling(self) -> Rolling:
        return Rolling(self.canary, self.batch)
