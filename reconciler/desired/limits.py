"""How much a plan may delete and change before a person has to look: the same words in inventory and settings."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from reconciler.core.limits import Bound, Limits
from reconciler.desired.documents.spec import Part
from reconciler.desired.share import Percent


class BoundSpec(Part):
    """Held is what is more than ``share`` of the entries that are ours, and at least ``count`` of them."""

    example: ClassVar[str] = "{share: 30%, count: 10}"

    share: Percent | None = None
    count: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None

    def over(self, base: Bound) -> Bound:
        """What is left out is as in ``base``."""
        percent = base.percent if self.share is None else self.share
        return Bound(percent, base.count if self.count is None else self.count)


class LimitsSpec(Part):
    """``deletes``, and ``updates``: changes of entries that stay."""

    example: ClassVar[str] = "{deletes: {share: 30%, count: 10}}"

    deletes: BoundSpec = BoundSpec()
    updates: BoundSpec = BoundSpec()

    def over(self, base: Limits) -> Limits:
        """What is left out is as in ``base``."""
        return Limits(self.deletes.over(base.deletes), self.updates.over(base.updates))
