"""How applying ended, in words."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.outcome import Outcome


def reasons(outcome: Outcome) -> Iterator[str]:
    """Why it failed; what still differs is said only where nothing else tells why."""
    said = [outcome.error] if outcome.error else []
    said += [f"{failure.line}: {failure.reason}" if failure.line else failure.reason for failure in outcome.failures]
    left = () if said or outcome.residue is None else outcome.residue.changes
    yield from said
    yield from (f"still differs after applying: {planned.change.verb} {planned.change.key}" for planned in left)
