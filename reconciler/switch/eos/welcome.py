"""What a switch is asked once on each connection: since when it runs, and what dead runs of ours have left on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from reconciler.switch.dialogue import Dialogue, Run, Say, Talk
from reconciler.switch.eos import pending

VERSION = "show version | json"


@dataclass(frozen=True, slots=True)
class Welcome(Dialogue):
    """Whoever was killed in the middle of a transaction left a session, or a commit that waits for confirmation.

    It is dropped or taken back before anything is read: else a state would be read that EOS is about to leave.
    ``clears``: not for who only looks (`--dry-run`, `observe`, `mode: audit`): that would change the device.
    """

    clears: bool = field(default=True, kw_only=True)

    def talk(self, run: Run, number: int) -> Talk:
        """A switch that has no sessions, or tells nothing of them, is read all the same."""
        yield Say(VERSION)
        if not self.clears:
            return []
        try:
            yield from pending.tidy(run)
        except ValueError:
            return []
        return []

    def leave(self, run: Run, number: int) -> Sequence[Say]:
        return ()


def booted(greeting: Mapping[str, str]) -> float | None:
    """Seconds since the epoch, as the switch counts them; None where it does not tell (eos.md 4.1)."""
    return _boot_time(greeting.get(VERSION, ""))


@lru_cache(maxsize=256)
def _boot_time(version: str) -> float | None:
    """A greeting is heard once and handed on with every answer: it is read once, too."""
    try:
        return float(json.loads(version)["bootupTimestamp"])
    except (KeyError, ValueError, TypeError):
        return None
