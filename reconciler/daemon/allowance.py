"""How many messages a second are listened to from one address: a flood from one device silences no other. Pure."""

from __future__ import annotations

from collections import OrderedDict

RATE = 50.0
"""Messages a second. A switch on which somebody types says two."""
BURST = 200.0
MOST = 4096
"""Addresses that are remembered: senders of UDP may be invented, so whoever was quiet for longest is forgotten."""


class Allowance:
    """Each address may say ``BURST`` at once, and ``RATE`` a second from then on. ``now``: seconds of any clock."""

    def __init__(self, rate: float = RATE, burst: float = BURST, most: int = MOST) -> None:
        self._rate, self._burst, self._most = rate, burst, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def takes(self, address: str, now: float) -> bool:
        """Whether one more message from there is listened to."""
        left, since = self._left.pop(address, (self._burst, now))
        left = min(self._burst, left + max(0.0, now - since) * self._rate)
        is_taken = left >= 1
        self._left[address] = (left - is_taken, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return is_taken
