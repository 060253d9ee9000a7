"""One entry of the history: what an event becomes, and how it is written as JSON (``reconciler/history/v1``)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reconciler.core.plan import Cause
from reconciler.report.event import Event

HISTORY = "reconciler/history/v1"
Outcome = Literal["healed", "applied", "converged", "resolved", "failed", "cut short", "superseded", "done"]
FEW = 5
"""Changes that stand in a list of entries."""
KEPT = 2000
"""Changes that are kept of one entry; ``count`` says how many there were."""
LONGEST = 4000
"""Characters of words: a device may say anything."""
PEOPLE = frozenset({"suspended", "resumed", "approved", "rollback"})
"""What people did; over as soon as it is told."""
DAEMON = frozenset({"ready", "stopped"})
LARGEST = 64 * 1024 * 1024
"""Bytes that one packed thing has at most."""
HEARD = PEOPLE | DAEMON | {"revision", "rollout", "applied", "retry"}
"""Events beside episodes that the history is about."""

Change = Mapping[str, Any]
"""One change as `reconciler.report.plan_json.change_document` writes it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a device is about to be written. ``by``: who wanted it, or made the drift, in words."""

    device: str
    cause: Cause
    revision: str
    digest: str
    by: str = ""
    changes: Sequence[Change] = ()


def concerns(event: Event) -> bool:
    """Whether the history is about such an event."""
    return event.kind in HEARD or "episode" in event.data


def text(value: object) -> str:
    """As it may be stored: short enough, and UTF-8; what is no text is none."""
    return value[:LONGEST].encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else ""


def number(value: object, otherwise: float) -> float:
    """``otherwise`` where it is no number that has a place in time."""
    return float(value) if isinstance(value, int | float) and abs(value) < 1e15 else otherwise


def changes_of(event: Event) -> Sequence[Change]:
    found = event.data.get("changes")
    return found if isinstance(found, list | tuple) else ()


def as_text(changes: Sequence[Change]) -> str:
    return json.dumps(list(changes), default=str)


def packed(changes: Sequence[Change]) -> bytes:
    return zlib.compress(as_text(changes).encode())


def unpacked(body: bytes) -> list[dict[str, Any]]:
    """Empty, where somebody has spoilt it."""
    try:
        return parsed(inflated(body))
    except (zlib.error, TypeError):
        return []


def parsed(changes: str | bytes) -> list[dict[str, Any]]:
    """The same for what is not packed."""
    try:
        found = json.loads(changes)
    except (ValueError, TypeError, RecursionError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def inflated(body: bytes) -> bytes:
    """What was packed, and not more than was ever packed. Raises: zlib.error; TypeError for what is not bytes."""
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(body, LARGEST)
    if not unpacking.eof:
        raise zlib.error("it is cut short, or too large")
    return found
