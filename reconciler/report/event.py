"""What happened, once for each fact: what the log, the history, alerts and whoever follows a push are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Event:
    """One fact, past tense. ``kind`` is for programs, ``words`` for people; ``at`` in seconds since the epoch."""

    kind: str
    words: str
    device: str = ""
    level: Level = "info"
    data: Mapping[str, object] = field(default_factory=dict)
    at: float = field(default_factory=time.time)

    def document(self) -> dict[str, object]:
        """As JSON; what is empty is left out."""
        device = {"device": self.device} if self.device else {}
        return {"at": self.at, "kind": self.kind, **device, "level": self.level, "words": self.words, **self.data}


Heard = Callable[[Event], None]
