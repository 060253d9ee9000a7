"""On which terms a plan is carried out: when it is armed, for how long, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["always", "risky", "never"]


@dataclass(frozen=True, slots=True)
class Terms:
    """``mode``: which plans are armed, so that every device takes back by itself what is not confirmed.

    ``timeout``: after so many seconds it does. ``probes``: pings before and after. ``interruption``, ``lockout``:
    somebody has said that flows may be cut, and that a device may.
    """

    mode: Mode = "risky"
    timeout: float = 60.0
    probes: bool = True
    interruption: bool = False
    lockout: bool = False
