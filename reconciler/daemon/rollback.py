"""A person has gone back to an older revision: what is newer waits, until it is approved or wants the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.core.words import brief


@dataclass(frozen=True, slots=True)
class Rollback:
    """``revision`` is in force again, as it was in ``cycle`` of the history; ``left``: the one that was not good.

    ``at``: seconds since the epoch. ``by``: a user of this host.
    """

    cycle: int
    revision: str
    left: str
    by: str
    at: float
    reason: str = ""

    def __str__(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return (
            f"rolled back to revision {brief(self.revision)} of cycle {self.cycle} by {self.by}{why}; "
            f"revision {brief(self.left)} and newer ones are held until `reconcile approve`"
        )

    def document(self) -> dict[str, Any]:
        """As JSON, for a restart."""
        return asdict(self)


def rollback_of(found: Any) -> Rollback | None:
    """From the state directory, where anything may stand."""
    try:
        return TypeAdapter(Rollback).validate_python(found)
    except ValidationError:
        return None
