"""`configure lock`: one terminal keeps all others from changing the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from .refusal import Refused
from .syslog import Actor

LOCKED = "% Unable to run this command (configuration is locked by another session)"


@dataclass(frozen=True, slots=True)
class Lock:
    """``process``: the terminal that holds it; ``since``: seconds since the epoch.

    A lock with a ``transaction`` outlives its terminal: whoever says the same word takes it over.
    """

    process: int
    actor: Actor
    since: float
    transaction: str | None = None
    reason: str = ""


class Latch:
    """The one lock of the switch."""

    def __init__(self) -> None:
        self.lock: Lock | None = None

    def check(self, process: int) -> None:
        """Raises: Refused where another terminal holds the lock."""
        if self.lock is not None and self.lock.process != process:
            raise Refused(LOCKED)

    def take(self, lock: Lock) -> None:
        """Raises: Refused."""
        known = self.lock
        if known is None or known.transaction is None or known.transaction != lock.transaction:
            self.check(lock.process)
        self.lock = lock

    def leave(self, process: int) -> None:
        """A terminal is gone, and its lock with it unless that belongs to a transaction."""
        if self.lock is not None and self.lock.process == process and self.lock.transaction is None:
            self.lock = None
