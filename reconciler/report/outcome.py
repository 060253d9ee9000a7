"""How applying ended, in words."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.outcome import Outcome


def reasons(outcome: Outcome) -> Iterator[str]:
    """Why it failed; what still differs is said only where nothing else tells why."""
    said = [outcome.error] if outcome.error else []
    said += [f"{failure.line}: {failure.reason}" if failure.line else failure.reason for failure in outcome.failures]
    yield from said or outcome.left
