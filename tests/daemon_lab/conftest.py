"""One lab, one daemon: all tests of a file drift it and find it healed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.daemon import Daemon, lab_and_daemon


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below this folder makes namespaces."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)
            if os.geteuid() != 0:
                item.add_marker(pytest.mark.skip(reason="the lab needs root"))


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """The seed's lab, and a daemon that has just brought it to its state."""
    with lab_and_daemon() as running:
        running.ready()
        running.wait("ready")
        time.sleep(0.3)
        yield running
        assert [one.words for one in running.told() if one.kind in ("mistake", "stderr")] == []
