"""Exit codes (contract, section 4): when several hold, the first of 1, 4, 3, 2 wins."""

from __future__ import annotations

from collections.abc import Iterable

CONVERGED, ERROR, CHANGES, HELD, UNKNOWN = 0, 1, 2, 3, 4
PRECEDENCE = (ERROR, UNKNOWN, HELD, CHANGES, CONVERGED)


def worst(codes: Iterable[int]) -> int:
    """The code that the whole run ends with; nothing to report is 0."""
    found = set(codes)
    return next((code for code in PRECEDENCE if code in found), CONVERGED)
