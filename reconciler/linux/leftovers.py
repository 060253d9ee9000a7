"""What is said of a node on which a run that was killed had left changes that nobody confirmed."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.driver import Advice

TAKEN_BACK = "taken back"
"""Where a greeting (`core.driver.Answer`) has the names of transactions that were taken back, with blanks between."""
CONCERNED = frozenset({"link", "address", "neighbour", "fdb", "route", "rule", "ippool"})


def left(greeting: Mapping[str, str]) -> tuple[Advice, ...]:
    """For the first reading after it: what a person may wonder at."""
    names = greeting.get(TAKEN_BACK, "").split()
    if not names:
        return ()
    what = f"changes that a run had made and, killed, not confirmed were taken back ({', '.join(names)})"
    return (Advice(what, CONCERNED),)
