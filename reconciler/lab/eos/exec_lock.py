"""`configure lock` and `configure unlock`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .lock import Lock

if TYPE_CHECKING:
    from .cli import Cli


def _lock(cli: Cli, name: str | None = None, line: str = "") -> None:
    cli.switch.latch.take(Lock(cli.process, cli.actor, cli.switch.clock(), name, line))


def _unlock(cli: Cli, name: str | None = None) -> None:
    """With the transaction's name from any terminal. Raises: Refused."""
    latch = cli.switch.latch
    if latch.lock is not None and (name is None or latch.lock.transaction != name):
        latch.check(cli.process)
    latch.lock = None


PRIVILEGED: dict[str, Callable[..., str | None]] = {
    "configure lock [transaction NAME] [reason LINE]": _lock,
    "configure unlock [transaction NAME]": _unlock,
}
