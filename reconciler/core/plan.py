"""What one cycle would do: per device the ordered changes, why some may not happen, and a digest to approve."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from reconciler.core.change import VERBS, Change, Verb
from reconciler.core.codec import attributes
from reconciler.core.driver import Reading, Script
from reconciler.core.resource import State, state_of
from reconciler.core.schedule import Schedule, Stage, Step

Status = Literal["ok", "unreachable", "unreadable", "held"]
Cause = Literal["drift", "pending"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a change is not written now, although it could be. ``approvable``: a person may have it written."""

    reason: str
    approvable: bool = False


Restraint = Callable[[str, Cause, Change], Withheld | None]
"""Whether a change of a device is to wait: (device, cause, change)."""


def unrestrained(device: str, cause: Cause, change: Change) -> Withheld | None:
    """Nothing waits."""
    return None


@dataclass(frozen=True, slots=True)
class Planned:
    """One change with the lines that carry it out. ``written`` is false under audit or while a fact is missing.

    ``otherwise``: who else would put it right, and when; empty: nobody. ``withheld``: why it is not written now.
    """

    change: Change
    commands: tuple[str, ...]
    written: bool = True
    otherwise: str = ""
    withheld: str = ""


class Ignored(NamedTuple):
    """A difference that is left as it is: of an entry as a whole, or (``fields``) of some attributes.

    ``origin``: the file and line of the rule that says so.
    """

    change: Change
    fields: tuple[str, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """One device. ``owned`` counts its resources that are ours, ``script`` holds the changes that may be written.

    ``status`` ``held`` is waiting for a person where ``approvable``, else for other documents.
    """

    name: str
    platform: str
    status: Status = "ok"
    reason: str = ""
    changes: tuple[Planned, ...] = ()
    script: Script = field(default_factory=lambda: Script(()))
    cause: Cause = "pending"
    owned: int = 0
    approvable: bool = False
    reading: Reading | None = None
    notes: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    vanished: bool = False
    """No document mentions it any more: nothing on it is changed, and once approved it is forgotten."""

    @property
    def in_sync(self) -> bool:
        return self.status == "ok" and not self.changes

    @property
    def written(self) -> tuple[Change, ...]:
        """The changes that may be sent now."""
        return tuple(planned.change for planned in self.changes if planned.written)

    @property
    def writes(self) -> bool:
        """Whether there is something to send now; of what is held no line is in the script."""
        return self.status != "unreachable" and bool(self.script.lines)


@dataclass(frozen=True)
class Plan:
    """All devices at one revision of the documents."""

    revision: str
    devices: tuple[DevicePlan, ...]
    warnings: tuple[str, ...] = ()
    """What is legal and suspect about the documents."""
    schedule: Schedule | None = None
    """In which order the changes of all devices are sent, and what that costs; None: nobody has asked."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What is sent, in order; without a schedule everything at once."""
        if self.schedule is not None:
            return self.schedule.stages
        return (Stage(tuple(Step(device.name, tuple(device.written)) for device in self.writable)),)

    def stand_ins(self, device: str) -> State:
        """What ``device`` has only meanwhile."""
        return state_of(self.schedule.stand_ins.get(device, ()) if self.schedule is not None else ())

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits over what would change; the same plan has the same digest on every run."""
        facts = [(device.name, [_fingerprint(p.change) for p in device.changes]) for device in self.devices]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]

    @cached_property
    def count(self) -> Counter[Verb]:
        return Counter(planned.change.verb for device in self.devices for planned in device.changes)

    @property
    def summary(self) -> dict[str, int]:
        """The contract's summary: changes by verb, devices by state."""
        verbs: dict[str, int] = {verb: self.count[verb] for verb in VERBS}
        return verbs | {
            "devices": len(self.devices),
            "in_sync": sum(device.in_sync for device in self.devices),
            "unreachable": sum(device.status == "unreachable" for device in self.devices),
        }

    def having(self, *statuses: Status) -> Sequence[DevicePlan]:
        return [device for device in self.devices if device.status in statuses]

    @property
    def writable(self) -> Sequence[DevicePlan]:
        return [device for device in self.devices if device.writes]


def _fingerprint(change: Change) -> list[object]:
    sides = [attributes(side) if side is not None else None for side in (change.before, change.after)]
    return [change.verb, *change.key, *sides]
