"""How grave each kind of alert is: what has to wake somebody, what is worth a look, what is only good to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Severity = Literal["info", "warning", "critical"]
RANKS: Mapping[str, int] = {"info": 0, "warning": 1, "critical": 2}
SEVERITIES: Mapping[str, Severity] = {
    "failed": "critical",
    "revision": "critical",
    "rolled back": "critical",
    "last good": "critical",
    "inventory": "critical",
    "journal": "critical",
    "state": "critical",
    "unreachable": "warning",
    "unreadable": "warning",
    "drift": "warning",
    "held": "warning",
    "fight": "warning",
    "forgotten": "warning",
    "source": "warning",
    "settings": "warning",
    "socket": "warning",
    "receiver": "warning",
    "withheld": "info",
    "advice": "info",
}
"""By the kind of the condition."""


def severity(kind: str) -> Severity:
    """A kind that stands in no table is worth a look."""
    return SEVERITIES.get(kind, "warning")
