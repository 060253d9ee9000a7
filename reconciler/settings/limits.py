"""How much the daemon writes of its own accord: what is more waits for an approval."""

from __future__ import annotations

from typing import ClassVar

from reconciler.desired.documents.spec import Part
from reconciler.desired.limits import LimitsSpec


class LimitSettings(Part):
    """``device``: on one device, where the inventory says nothing of it. ``total``: by one revision on all together."""

    example: ClassVar[str] = "{device: {deletes: {share: 30%, count: 10}}}"

    device: LimitsSpec = LimitsSpec()
    total: LimitsSpec = LimitsSpec()
