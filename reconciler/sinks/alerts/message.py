"""What is sent to one receiver at one time: it stays the same until it has arrived, also over a restart. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.sinks.alerts.alert import Alert, Status


@dataclass(frozen=True, slots=True)
class Item:
    """One alert of a message. ``version``: of what is said of it."""

    status: Status
    version: int
    alert: Alert


@dataclass(frozen=True, slots=True)
class Message:
    """``key``: the same however often it is sent, so that who has taken it knows it again. ``dropped``: so many whole
    episodes are missing before it, for they were too many to be kept.
    """

    key: str
    items: tuple[Item, ...]
    dropped: int = 0

    def document(self) -> dict[str, Any]:
        """To be kept. Where it goes to, and with which secrets, is in the settings alone."""
        return asdict(self)


def message(items: list[Item], dropped: int = 0) -> Message:
    return Message(token_hex(16), tuple(items), dropped)


def of_document(found: Any) -> Message | None:
    """What was kept, where anything may stand."""
    try:
        return TypeAdapter(Message).validate_python(found)
    except ValidationError:
        return None
