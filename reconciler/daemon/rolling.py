"""A new revision comes to a few devices first, then to some at a time; a device that fails ends that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.words import plural
from reconciler.daemon.standing import CALM, SETTLED, Standing

Order = Callable[[Iterable[str]], Sequence[Sequence[str]]]
"""Devices with something to do, in waves (`engine.rollout`)."""
FEW = 3


@dataclass
class Rolling:
    """``order``: in which waves; ``wait``: seconds after each. ``call``: this device may have its turn now.

    ``standings``: how things stand with each device.
    """

    standings: Mapping[str, Standing]
    order: Order = lambda names: [sorted(names)]
    wait: float = 0.0
    call: Callable[[str], None] = lambda device: None
    _revision: str = ""
    _waves: Sequence[Sequence[str]] = ()
    _place: int = 0
    _has_stopped: bool = False
    _heard: set[str] = field(default_factory=set)
    """Who has settled since its wave began; what it stood at before was only that it waits."""
    _next: asyncio.TimerHandle | None = field(default=None, repr=False)

    def begin(self, revision: str, names: Iterable[str]) -> None:
        """These devices have something to do at ``revision``; whatever was under way before is over."""
        self._stop()
        self._revision, self._place, self._has_stopped = revision, 0, False
        self._waves, self._heard = self.order(names), set()

    def all_at_once(self) -> None:
        """In waves this revision would hurt somebody: everybody is in one."""
        self._stop()
        self._waves, self._place, self._heard = [self.left], 0, set()

    @property
    def left(self) -> list[str]:
        """Who has not had a turn yet, or has it now."""
        return sorted(name for wave in self._waves[self._place :] for name in wave)

    @property
    def is_in_waves(self) -> bool:
        return self._place + 1 < len(self._waves)

    @property
    def _later(self) -> list[str]:
        return [name for wave in self._waves[self._place + 1 :] for name in wave]

    def will_come_to(self, device: str) -> bool:
        """Whether ``device`` has its turn later, and nothing has come between."""
        return device in self._later and not self._failed()

    def waits(self, device: str) -> str:
        """Why ``device`` must not have its turn yet; empty: it may."""
        if device not in self._later:
            return ""
        if failed := self._failed():
            return f"the rollout has stopped: {', '.join(failed[:FEW])} failed"
        now = self._waves[self._place]
        return f"waits for its turn in the rollout, after {', '.join(now[:FEW])}" + (
            f" and {plural(len(now) - FEW, 'other')}" if len(now) > FEW else ""
        )

    def settled(self, device: str) -> None:
        """It has had a turn: perhaps its wave is over, or it has failed, which those that wait have to hear."""
        self._heard.add(device)
        if not self.is_in_waves or self._next is not None:
            return
        has_stopped, self._has_stopped = self._has_stopped, bool(self._failed())
        if self._has_stopped and not has_stopped:
            for device in self._later:
                self.call(device)
        if all(self._is_over(name) for name in self._waves[self._place]):
            self._next = asyncio.get_running_loop().call_later(self.wait, self._go_on)

    def _go_on(self) -> None:
        """Whoever fails while we wait keeps the others waiting."""
        self._next = None
        if not all(self._is_over(name) for name in self._waves[self._place]):
            return
        self._place += 1
        self._heard.clear()
        for device in self._waves[self._place]:
            self.call(device)

    def _is_over(self, device: str) -> bool:
        """In order at this revision; what waits for a person, or cannot be reached, is not."""
        now = self.standings.get(device, Standing())
        return now.revision == self._revision and now.phase in CALM

    def _failed(self) -> list[str]:
        now = self._waves[self._place]
        bad = {name: self.standings.get(name, Standing()) for name in now}
        return [
            name
            for name, one in bad.items()
            if name in self._heard and one.revision == self._revision and one.phase in SETTLED and one.phase not in CALM
        ]

    def _stop(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
