"""Broken settings, each with exactly the problems that it must print.

A new case is a folder in ``broken/`` with a ``config.yaml`` and a ``problems.txt`` (``make golden`` writes the latter).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.settings.load import load_settings

CASES = sorted(path for path in (Path(__file__).parent / "broken").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_settings_print_exactly_their_problems(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    loaded = load_settings(Path("config.yaml"))
    problems = "".join(f"{problem}\n" for problem in loaded.problems)
    if os.environ.get("GOLDEN"):
        Path("problems.txt").write_text(problems)
    assert problems == Path("problems.txt").read_text()
    assert problems, "broken settings have problems"
    assert loaded.settings is None
    assert "s3cret" not in f"{problems}{loaded!r}"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 20
