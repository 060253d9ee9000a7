"""What a device will have once all of its changes have gone, as far as the kernel and EOS can be foretold."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.change import Change
from reconciler.core.resource import State
from reconciler.schedule.sendable import Pending


def after(state: State, changes: Sequence[Change]) -> State:
    """What is there after ``changes``, given in any order and sent in one that the device takes."""
    return Pending(state, changes).end
