"""When devices change all together or not at all, and how soon they take back what nobody confirms."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from reconciler.desired.documents.spec import Part
from reconciler.settings.duration import Duration, between

Transaction = Literal["always", "risky", "never"]
"""``risky``: where arming costs less than what may go wrong; a single neighbour entry is not worth it."""


class RollbackSettings(Part):
    """``timeout``: a device takes back by itself what nobody confirms so soon after it was armed.

    ``probes``: what answered a ping between nodes and pods before has to answer afterwards.
    """

    example: ClassVar[str] = "{timeout: 60s}"

    timeout: Annotated[Duration, between("10s", "1h")] = Field(default="60s", validate_default=True)
    probes: bool = True
