"""What nobody has foreseen, in one line, with the place that a report of it needs."""

from __future__ import annotations

import traceback
from pathlib import Path

from reconciler.core.words import printable


def mistake(error: Exception) -> str:
    """``a mistake of ours, please report it: KeyError: 'x' [plan.py:7 in plan_device]``."""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" [{Path(place[0].filename).name}:{place[0].lineno} in {place[0].name}]" if place else ""
    return printable(f"a mistake of ours, please report it: {type(error).__name__}: {error}{where}")
