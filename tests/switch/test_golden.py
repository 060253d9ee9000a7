"""Golden switches: a running configuration in; what it holds, and the lines that lead to what is wanted, out.

A case is a folder: ``running.cfg``; ``want.json`` (the wish: its resources are declared, the other fields are what the
inventory owns besides); ``resources.json`` and ``lines.txt`` are golden. ``GOLDEN=1 pytest
tests/switch/test_golden.py`` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reconciler.core.change import diff
from reconciler.core.codec import as_json, from_json
from reconciler.core.driver import Answer
from reconciler.core.resource import Live, ordered, state_of
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver
from reconciler.switch.names import expand

OWNS = ("routes", "vrfs", "bgp", "loopbacks")
CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())


def _golden(path: Path, text: str) -> str:
    if os.environ.get("GOLDEN"):
        path.write_text(text)
    return path.read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_switch(case: Path) -> None:
    driver = EosDriver()
    reading = driver.read([Answer((case / "running.cfg").read_text())])
    records = [json.dumps(as_json(resource)) for resource in ordered(reading.found.values())]
    read = "[\n" + ",\n".join(f"  {record}" for record in records) + "\n]\n"
    assert read == _golden(case / "resources.json", read)

    wish = json.loads((case / "want.json").read_text())
    want = state_of(from_json(record, driver.kinds) for record in wish["resources"])
    owned = frozenset(expand(wish["vlans"])) if "vlans" in wish else frozenset()
    claim = SwitchClaim(frozenset(want), owned, **{name: wish.get(name, False) for name in OWNS})
    ours = {key: resource for key, resource in reading.found.items() if claim.owns(resource)}
    foreign = {key: resource for key, resource in reading.found.items() if key not in ours}
    changes = [c for c in diff(want, Live(ours, foreign)) if c.key not in reading.session]

    script = driver.write(changes, reading)
    lines = "".join(f"{line.text}\n" for line in script.lines)
    assert lines == _golden(case / "lines.txt", lines)
