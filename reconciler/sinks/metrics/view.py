"""What the metrics are made of: how the daemon stands at one moment, as far as numbers tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One device. Times in seconds since the epoch; None: not known.

    ``up``: it could be read; None: not looked at yet. ``good``: when it was last found as wanted. ``drift``: it
    differs though nobody wants anything else; ``failing``: what was written did not bring it to its state; ``fights``:
    entries that somebody else puts back again and again. ``suspended_until`` is the end of the suspension that lasts
    longest; ``forgotten``: it has been suspended for so long that somebody should look.
    """

    phase: str
    since: float
    up: bool | None = None
    in_sync: bool = False
    differences: int = 0
    reads: int = 0
    good: float | None = None
    drift: bool = False
    held: bool = False
    failing: bool = False
    fights: int = 0
    suspended: bool = False
    suspended_until: float | None = None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver of alerts. ``queued``: alerts that wait; ``sent``, ``failed``, ``dropped``: since the start."""

    queued: int = 0
    sent: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The daemon. Times in seconds since the epoch; None: not known.

    ``revision``: in force; empty: none. ``ready``: a revision is in force and every device was looked at.
    ``conditions``: how many hold now, by kind. ``waiting``: devices that the rollout under way has not reached.
    ``source_looked``: when the source was last asked for its revision. ``journal_up``: what happens is recorded.
    ``dropped``: events that a slow reader has lost since the start.
    """

    version: str
    started: float
    ready: bool = False
    revision: str = ""
    devices: Mapping[str, DeviceView] = field(default_factory=dict)
    conditions: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    source_looked: float | None = None
    journal_up: bool = True
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    dropped: int = 0
