"""One device in a transaction: what is sent to it, how it gets back, and what has become of it so far."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from reconciler.core.change import Change, diff
from reconciler.core.commit import Commits, ConfirmedCommit, nothing
from reconciler.core.driver import Failure, Reading, Script, Transport, serious
from reconciler.core.plan import DevicePlan
from reconciler.core.resource import Key, Live, State
from reconciler.engine.observe import Device
from reconciler.engine.parts import can_be_taken_back, has_own_undo
from reconciler.schedule.effect import after
from reconciler.transport.this_run import next_number


class Unarmed:
    """`core.commit.ConfirmedCommit` of a device that nobody arms: what is sent stays."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def arm(self, undo: Script) -> Sequence[Failure]:
        return []

    async def apply(self, script: Script, took: Callable[[], None] = nothing) -> Sequence[Failure]:
        failures = await self._transport.apply(script)
        took()
        return failures

    async def reach(self) -> None:
        return None

    async def confirm(self, left: Script | None = None) -> Sequence[Failure]:
        return []

    async def roll_back(self) -> Sequence[Failure]:
        return []


@dataclass
class Party:
    """``plan``: what the transaction does to ``device``. ``expected``: what it has, as far as it was sent already.

    ``failures``, ``error``, ``warnings``: as in `engine.apply.Outcome`. ``armed``: it takes back by itself; ``ready``:
    from now on. ``touched``: something of the plan may have come to it. ``stand_ins``: what it has only meanwhile.
    ``sent``: in each stage of its own; ``confirmed``: so many of them it does not take back any more.
    """

    device: Device
    plan: DevicePlan
    commit: ConfirmedCommit
    armed: bool
    expected: State = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    error: str = ""
    warnings: tuple[str, ...] = ()
    ready: bool = False
    touched: bool = False
    stand_ins: State = field(default_factory=dict)
    sent: list[Script] = field(default_factory=list)
    confirmed: int = 0
    _written: set[Key] = field(default_factory=set, init=False)

    @classmethod
    def of(cls, device: Device, plan: DevicePlan, timeout: float, *, armed: bool) -> Party:
        """``armed``: as far as the device can take back by itself."""
        transport, found = device.transport, _reading(plan).found
        if armed and isinstance(transport, Commits) and can_be_taken_back(plan.script):
            return cls(device, plan, transport.transaction(next_number(), math.ceil(timeout)), True, found)
        return cls(device, plan, Unarmed(transport), False, found)

    @property
    def name(self) -> str:
        return self.device.name

    @property
    def ok(self) -> bool:
        return not self.failures and not self.error

    @property
    def before(self) -> Reading:
        """What it was when the plan was made."""
        return _reading(self.plan)

    @property
    def changes(self) -> Sequence[Change]:
        return self.plan.written

    @cached_property
    def then(self) -> State:
        """What the plan leads to, as far as can be told."""
        return after(self.before.found, self.changes)

    @cached_property
    def concerned(self) -> frozenset[Key]:
        """What the plan changes, what goes with that, be it written again, and what is there only meanwhile."""
        found, then = self.before.found, self.then
        taken = (key for key, one in found.items() if then.get(key) != one)
        again = (one.key for change in self.changes for one in change.replays)
        return frozenset(chain((change.key for change in self.changes), taken, again, self.stand_ins))

    @property
    def has_own_undo(self) -> bool:
        """Whether the device itself knows how it gets back: a switch does."""
        return has_own_undo(self.plan.script)

    async def arm(self) -> Sequence[Failure]:
        """Raises: Unreachable; ValueError, if there is no way back that could be written down."""
        failures = await self.commit.arm(self.undo())
        self.ready = not serious(failures)
        return failures

    async def send(self, script: Script, took: Callable[[], None] = nothing) -> Sequence[Failure]:
        """A part of the plan; ``took``: as in `core.commit.ConfirmedCommit`. Raises: Unreachable."""
        before, self.touched = self.touched, True
        failures = await self.commit.apply(script, took)
        if failures and all(failure.nature == "stale" for failure in failures):
            self.touched = before
        return failures

    async def confirm(self) -> Sequence[Failure]:
        """One more of its stages. Raises: Unreachable; ValueError.

        Its own way back leads all the way, and to the end of that stage again: so in which order addresses came, which
        the kernel goes by, is as it was there.
        """
        self.confirmed += 1
        if self.confirmed >= len(self.sent):
            return await self.commit.confirm()
        return await self.commit.confirm(chained(self.undo(), *self.sent[: self.confirmed]))

    def undo(self) -> Script:
        """The same diff with its arguments swapped: from all that the plan leads to, back to what was read.

        Raises: ValueError.
        """
        if self.has_own_undo:
            return self.plan.script
        try:
            return self.back_from(dataclasses.replace(self.before, found={**self.then, **self.stand_ins}))
        except ValueError as error:
            raise ValueError(f"cannot be armed, for there is no way back: {error}") from None

    def back_from(self, now: Reading) -> Script:
        """What leads from ``now`` to what was read. Empty, if all that the plan concerns is as it was.

        Raises: ValueError.
        """
        was, has = _only(self.before.found, self.concerned), _only(now.found, self.concerned)
        return self.device.driver.write(diff(was, Live(has, {})), now)

    def stepped(self, changes: Sequence[Change], script: Script) -> None:
        """These have been sent."""
        self.expected = after(self.expected, changes)
        self.sent.append(script)
        self._written |= {change.key for change in changes}

    def moved(self, key: Key, now: State) -> bool:
        """Whether an entry is not as it was read, or has been written since; what was written may leave things open."""
        expected, found = self.expected.get(key), now.get(key)
        if key in self._written and expected is not None and found is not None:
            return expected.lens(found) != expected
        return expected != found

    def whole(self, changes: Sequence[Change]) -> bool:
        """Whether these are all that the plan does to the device, and no part of that."""
        return {change.key: change for change in changes} == {change.key: change for change in self.changes}

    def take(self, failures: Sequence[Failure]) -> None:
        """What the device said to a step."""
        self.warnings += tuple(failure.reason for failure in failures if failure.nature == "warning")
        self.failures += serious(failures)


def chained(*scripts: Script) -> Script:
    """One after the other, whatever was refused."""
    return Script(tuple(line for script in scripts for line in script.lines))


def _only(state: State, keys: Iterable[Key]) -> State:
    return {key: state[key] for key in keys if key in state}


def _reading(plan: DevicePlan) -> Reading:
    assert plan.reading is not None, "what is written to has been read"
    return plan.reading
