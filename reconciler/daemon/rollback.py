"""A person has gone back to an older revision: what is newer waits, until it is approved or wants the same."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.core.words import brief
from reconciler.daemon.condition import Conditions
from reconciler.source.checkout import Checkout

ROLLED_BACK = "rolled back"


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

    @property
    def deed(self) -> str:
        """Who has done what, and why."""
        why = f": {self.reason}" if self.reason else ""
        return f"rolled back to revision {brief(self.revision)} of cycle {self.cycle} by {self.by}{why}"

    def __str__(self) -> str:
        return f"{self.deed}; revision {brief(self.left)} and newer ones are held until one is approved"

    def document(self) -> dict[str, Any]:
        """As JSON, for a restart."""
        return asdict(self)


class Pin:
    """The rollback that holds, if any. ``kept``: survives a restart. ``save``: it is to be written."""

    def __init__(self, kept: MutableMapping[str, Any], save: Callable[[], None], conditions: Conditions) -> None:
        self._kept, self._save, self._conditions = kept, save, conditions
        self._waiting: tuple[str, str] | None = None

    @property
    def now(self) -> Rollback | None:
        return rollback_of(self._kept.get("rollback"))

    def begin(self, rollback: Rollback) -> None:
        self._kept["rollback"] = rollback.document()
        self._waiting = None
        self._conditions.begin(ROLLED_BACK, "source", str(rollback))
        self._save()

    def end(self, words: str) -> None:
        if self._kept.pop("rollback", None) is not None:
            self._conditions.end(ROLLED_BACK, "source", words)
            self._save()

    def is_known(self, checkout: Checkout) -> bool:
        """Whether this revision was found to wait at an earlier look: it is not read again."""
        return self._waiting == (checkout.revision, checkout.content)

    def wait(self, checkout: Checkout) -> None:
        self._waiting = (checkout.revision, checkout.content)


def rollback_of(found: Any) -> Rollback | None:
    """From the state directory, where anything may stand."""
    try:
        return TypeAdapter(Rollback).validate_python(found)
    except ValidationError:
        return None
