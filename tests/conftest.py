"""The order of the whole suite."""

from __future__ import annotations

import pytest

LONG = ("test_pairs.py", "test_lab_killed.py", "test_breaks.py", "test_laws.py")
"""Files that take the longest go first: a worker that began one last would keep the others waiting. `make test` keeps
xdist from putting those with the most tests first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONG)
