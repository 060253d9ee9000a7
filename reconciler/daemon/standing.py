"""How things stand with one device: what the loop does about it right now, and why not more."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

Phase = Literal[
    "new",  # not read yet
    "reading",  # to be looked at again: something else is wanted since it was read
    "applying",
    "in sync",
    "withheld",  # differs, and is not written now: policy, window, suspension, fight
    "held",  # waits for a person's approval, or for other documents
    "failed",  # applying did not bring it to its state; tried again
    "unreachable",
    "unreadable",
    "not mentioned",  # no document wants anything of it
]
CALM: frozenset[Phase] = frozenset({"in sync", "not mentioned"})
"""Nothing is to be done."""
SETTLED: frozenset[Phase] = frozenset(
    {"in sync", "withheld", "held", "failed", "unreachable", "unreadable", "not mentioned"}
)
"""A turn ends with one of these."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``digest``: of the plan that waits. ``revision``: of the documents it was judged by. ``at``: since the epoch."""

    phase: Phase = "new"
    reason: str = ""
    revision: str = ""
    digest: str = ""
    differences: int = 0
    at: float = field(default_factory=time.time)

    def document(self) -> dict[str, object]:
        """As JSON; what is empty is left out."""
        said = {"reason": self.reason, "revision": self.revision, "digest": self.digest}
        differs = {"differences": self.differences} if self.differences else {}
        return {"phase": self.phase, "since": self.at, **{k: v for k, v in said.items() if v}, **differs}
