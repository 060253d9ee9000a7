"""How the answers of `lab ping` are shown: a matrix for a small lab, a summary for a large one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .ping import Result

WIDTH = 80
CELL = 3
MOST_FAILURES = 20


def lines(result: Result) -> Iterator[str]:
    """One group's result as text, at most 80 columns wide where names allow."""
    if not result.places:
        return
    answered = result.pairs - len(result.failed)
    yield f"{result.group}: {answered} of {result.pairs} pairs answer"
    label = max(len(f"{place.name} {place.address}") for place in result.places) + 5
    if label + CELL * len(result.places) <= WIDTH:
        yield from _matrix(result, label)
    else:
        yield from _failures(result)


def document(result: Result) -> dict[str, Any]:
    """One group's result for ``--output json``."""
    names = [place.name for place in result.places]
    failed = [{"from": names[source], "to": names[target]} for source, target in sorted(result.failed)]
    return {"pairs": result.pairs, "failed": failed}


def _matrix(result: Result, label: int) -> Iterator[str]:
    count = len(result.places)
    yield " " * label + "".join(f"{column + 1:>{CELL}}" for column in range(count))
    for row, place in enumerate(result.places):
        cells = "".join(f"{_cell(result, row, column):>{CELL}}" for column in range(count))
        yield f"{row + 1:>3} {place.name} {place.address}".ljust(label) + cells


def _cell(result: Result, row: int, column: int) -> str:
    if row == column:
        return "·"
    return "✗" if (row, column) in result.failed else "✓"


def _failures(result: Result) -> Iterator[str]:
    for source, target in sorted(result.failed)[:MOST_FAILURES]:
        yield f"  no answer: {result.places[source].name} to {result.places[target].name}"
    if len(result.failed) > MOST_FAILURES:
        yield f"  and {len(result.failed) - MOST_FAILURES} more"
