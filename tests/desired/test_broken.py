"""Broken repositories and inventories, each with exactly the problems that it must print.

A new case is a folder in ``broken/`` (or ``broken_inventory/``) with documents and a ``problems.txt``, which
``make golden`` writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load
from reconciler.desired.problem import Problem

HERE = Path(__file__).parent


def cases(kind: str) -> list[Path]:
    return sorted(path for path in (HERE / kind).iterdir() if path.is_dir())


def check(case: Path, problems: Iterable[Problem]) -> None:
    golden = case / "problems.txt"
    printed = "".join(f"{problem}\n" for problem in problems)
    if os.environ.get("GOLDEN"):
        golden.write_text(printed)
    assert printed == golden.read_text()
    assert printed, "what is broken has problems"


@pytest.mark.parametrize("case", cases("broken"), ids=lambda case: case.name)
def test_repository_prints_exactly_its_problems(case: Path) -> None:
    check(case, load(case).problems)


@pytest.mark.parametrize("case", cases("broken_inventory"), ids=lambda case: case.name)
def test_inventory_prints_exactly_its_problems(case: Path) -> None:
    check(case, load_inventory(case).problems)


def test_there_are_enough_cases() -> None:
    assert len(cases("broken")) >= 24
