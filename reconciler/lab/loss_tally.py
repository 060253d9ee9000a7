"""What became of the packets of one directed pair: how many were lost, and for how long none arrived."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Of packets with the numbers 0, 1, 2, …; ``began`` and every moment in nanoseconds of one clock.

    ``longest``: the longest time without an arrival, that before the first one and that after the last one included: so
    a pair that never comes back has a gap, too.
    """

    source: str
    target: str
    began: int = 0
    sent: int = 0
    received: int = 0
    duplicates: int = 0
    reordered: int = 0
    longest: int = 0
    silent: int = 0
    """How long nothing had arrived when the sending ended: as long as ``longest`` where the pair did not come back."""
    _latest: int = -1
    _arrived: int = 0
    _seen: bytearray = field(default_factory=bytearray)

    def start(self, now: int) -> None:
        self.began = self._arrived = now

    def hear(self, number: int, now: int) -> None:
        """A packet has arrived."""
        if number >= len(self._seen):
            self._seen.extend(bytes(number + 1 - len(self._seen)))
        if self._seen[number]:
            self.duplicates += 1
            return
        self._seen[number] = 1
        self.received += 1
        self.reordered += number < self._latest
        self._latest = max(self._latest, number)
        self._wait(now)
        self._arrived = max(self._arrived, now)

    def end(self, now: int) -> None:
        """Nothing more was sent after ``now``."""
        self.silent = max(0, now - self._arrived)
        self._wait(now)

    def _wait(self, now: int) -> None:
        self.longest = max(self.longest, now - self._arrived)

    @property
    def lost(self) -> int:
        return self.sent - self.received

    @property
    def is_down(self) -> bool:
        """Whether it did not come back."""
        return self.lost > 0 and self.silent == self.longest

    @property
    def gap(self) -> float:
        """``longest`` in milliseconds."""
        return self.longest / 1e6
