"""Broken repositories and inventories, each with exactly the problems that it must print.

A new case is a folder in ``broken/``, in ``broken_inventory/``, or in ``broken_together/`` (both, and what they mean)
with documents and a ``problems.txt``, which ``make golden`` writes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.cli.validate import Found
from reconciler.desired.codes import Code
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


@pytest.mark.parametrize("case", cases("broken_together"), ids=lambda case: case.name)
def test_all_together_print_exactly_their_problems(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `reconcile validate` judges documents and inventory: compiled, too."""
    monkeypatch.chdir(case)
    inventory = Path("inventory")
    check(case, Found(load(Path("desired")), load_inventory(inventory) if inventory.exists() else None).judged())


def test_there_are_enough_cases() -> None:
    assert len(cases("broken")) + len(cases("broken_together")) >= 60


def test_every_code_is_shown_by_some_case() -> None:
    folders = ("broken", "broken_inventory", "broken_together", "../settings/broken")
    printed = "".join((case / "problems.txt").read_text() for folder in folders for case in cases(folder))
    shown = set(re.findall(r"^[^ ]+:[0-9]+:[0-9]+: (?:warning: )?([a-z0-9-]+): ", printed, re.MULTILINE))
    assert shown <= set(Code)
    assert set(Code) - shown == ELSEWHERE


ELSEWHERE = {Code.NOT_FORMATTED, Code.FILE_TOO_LARGE, Code.NO_SUCH_PLACE, Code.MATCHES_NOTHING}
"""Giants are no files for a repository, and what is not there cannot be in one; the page's examples show them all."""
