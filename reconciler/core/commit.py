"""What a device does in a transaction: it is armed, written to, and confirmed, or it takes all of it back by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from reconciler.core.driver import Failure, Script


def nothing() -> None:
    """For who does not want to be told."""


class ConfirmedCommit(Protocol):
    """One transaction on one device, which takes back by itself what nobody confirms in time. Steps in this order.

    Every step may raise Unreachable; then it is not known how far it came, and the device's own timer decides.
    """

    async def arm(self, undo: Script) -> Sequence[Failure]:
        """Before the first write on any device. ``undo``: what leads a node back to the state that was read.

        A switch makes its own; it is given the script itself, of which only the form matters.
        """
        ...

    async def apply(self, script: Script, took: Callable[[], None] = nothing) -> Sequence[Failure]:
        """One stage of it; a device may have several. ``stale``: nothing of this stage was sent.

        ``took``: called, in the event loop, once all of it is in force: a switch then still proves it.
        """
        ...

    async def reach(self) -> None:
        """Whether the device still lets us in: over a connection of its own, made for this. Raises: Unreachable."""
        ...

    async def confirm(self, left: Script | None = None) -> Sequence[Failure]:
        """What was applied stays, and nothing of the transaction is left on the device.

        With ``left`` only its first stages stay: it goes on waiting, and ``left`` is its way back to the end of those.
        Not of a switch, which has one commit.
        """
        ...

    async def roll_back(self) -> Sequence[Failure]:
        """The device is led back now. Also after a part of a stage, and where nothing was applied at all."""
        ...


@runtime_checkable
class Commits(Protocol):
    """A transport whose device can take back by itself what nobody confirms."""

    def transaction(self, number: int, seconds: int) -> ConfirmedCommit:
        """``number``: of this process, used once. After ``seconds`` from arming the device takes back by itself."""
        ...
