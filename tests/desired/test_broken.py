"""Broken repositories and inventories, each with exactly the problems that it must print.

A new case is a folder in ``broken/`` (or ``broken_inventory/``) with documents and a ``problems.txt``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load

HERE = Path(__file__).parent


def cases(kind: str) -> list[Path]:
    return sorted(path for path in (HERE / kind).iterdir() if path.is_dir())


def expected(case: Path) -> list[str]:
    return (case / "problems.txt").read_text().splitlines()


@pytest.mark.parametrize("case", cases("broken"), ids=lambda case: case.name)
def test_repository_prints_exactly_its_problems(case: Path) -> None:
    problems = [str(problem) for problem in load(case).problems]
    assert problems == expected(case)
    assert problems, "a broken repository has problems"


@pytest.mark.parametrize("case", cases("broken_inventory"), ids=lambda case: case.name)
def test_inventory_prints_exactly_its_problems(case: Path) -> None:
    problems = [str(problem) for problem in load_inventory(case).problems]
    assert problems == expected(case)
    assert problems, "a broken inventory has problems"


def test_there_are_enough_cases() -> None:
    assert len(cases("broken")) >= 24
