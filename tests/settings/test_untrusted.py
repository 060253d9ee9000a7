"""Whatever stands in the settings' file: it is refused in words, with a place, and nothing raises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.settings.load import load_settings
from tests.docs.test_settings import leaves

ODD: list[Any] = [
    None,
    [],
    {},
    [[None]],
    {"": None},
    "",
    "\x00",
    "x" * 5000,
    "9" * 5000,
    "9" * 5000 + "d",
    "~nobody-of-this-name/x",
    "../" * 100,
    "*/0 * * * *",
    "0 0 L,1/2 * *",
    "udp://[:" + ":" * 50 + "]:1",
    -1,
    1e308,
    2**80,
    True,
]
LISTS = ("heal", "windows")


@pytest.mark.parametrize("path", leaves(), ids=".".join)
def test_odd_values_are_refused_or_taken(path: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    for odd in ODD:
        value: Any = odd
        for step in reversed(path):
            value = {step: value}
        if path[0] in LISTS:
            value = {
                path[0]: [{"heal": "auto"} | value["heal"] if path[0] == "heal" else {"for": "1h"} | value["windows"]]
            }
        spec = {"source": {"path": "/d"}, "inventory": "i.yaml"} | value
        document = {"apiVersion": "reconciler/v1", "kind": "Settings", "metadata": {"name": "x"}, "spec": spec}
        file.write_text(json.dumps(document))
        loaded = load_settings(file)
        assert (loaded.settings is None) == bool(loaded.problems)
        assert all(problem.line == 1 and str(problem).isprintable() for problem in loaded.problems)
        assert all(len(str(problem)) < 6000 for problem in loaded.problems)
