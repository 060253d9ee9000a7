"""What nobody has foreseen, in one line, with the place that a report of it needs."""

from __future__ import annotations

import traceback
from pathlib import Path

from reconciler.core.words import printable


def mistake(error: Exception) -> str:
    """``a mistake of ours, please report it: KeyError: 'x' [plan.py:7 in plan_device]``."""
    return printable(f"a mistake of ours, please report it: {type(error).__name__}: {error}{place(error)}")


def place(error: Exception) -> str:
    """`` [plan.py:7 in plan_device]``; empty where nobody knows."""
    found = traceback.extract_tb(error.__traceback__)[-1:]
    return f" [{Path(found[0].filename).name}:{found[0].lineno} in {found[0].name}]" if found else ""
