"""Who may have changed a switch: the people whom its own log has named shortly before a drift was seen. Pure.

A hint for a record and an alert, not a proof: syslog can be forged, lost, and late.
"""

from __future__ import annotations

from collections import OrderedDict

from reconciler.switch.dialogue import Run
from reconciler.switch.eos.syslog import ENTERED, LEFT, Said, is_ours

KEPT = 32
"""Messages a device."""
WINDOW = 30.0
"""Seconds that a change may have been logged before the reading that found it."""
SITTING = 3600.0
"""Seconds after which whoever entered configuration mode, and was not heard to leave it, is taken to be gone."""


class Attribution:
    """The last messages of each device. ``run``: ours, whose sessions are never named. Times: seconds of any clock."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._heard: dict[str, OrderedDict[Said, float]] = {}

    def hear(self, device: str, said: Said, at: float) -> None:
        """``device``: one of the inventory. What says nothing of a change is not kept; said again it counts once."""
        if is_ours(said, self._run) or not (said.is_change or said.mnemonic == ENTERED):
            return
        heard = self._heard.setdefault(device, OrderedDict())
        heard[said] = at
        heard.move_to_end(said)
        if len(heard) > KEPT:
            heard.popitem(last=False)

    def who(self, device: str, at: float) -> tuple[Said, ...]:
        """Everybody who comes into question for a drift that was found at that time, the likeliest first.

        That is whoever was logged last; whoever still sits in configuration mode counts as well, for what is typed
        there is in effect before the switch says so (eos.md 7).
        """
        found: dict[tuple[str, ...], Said] = {}
        left: set[tuple[str, ...]] = set()
        for said, when in reversed(self._heard.get(device, OrderedDict()).items()):
            seat = (said.user, said.terminal, said.address)
            if said.mnemonic == LEFT:
                left.add(seat)
            sits = said.mnemonic == ENTERED and seat not in left
            if 0 <= at - when <= (SITTING if sits else WINDOW):
                found.setdefault((*seat, said.session, *(() if said.user else (said.mnemonic,))), said)
        return tuple(found.values())

    def forget(self, device: str) -> None:
        """It is no device of ours any more."""
        self._heard.pop(device, None)
