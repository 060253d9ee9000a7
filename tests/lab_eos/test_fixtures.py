"""Real switches' configurations: what we own of them comes back as it was. The recordings are not in the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reconciler.lab.eos import blocks, modes, render
from reconciler.lab.eos.config import Config

RECORDINGS = Path(__file__).parents[3] / "shared" / "reference" / "eos-fixtures"
OWNED = re.compile(r"(?:vlan \d|interface |(?:no )?ip routing|ip(?:v6)? route |vrf instance )")

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}")


def owned(text: str) -> list[tuple[str, ...]]:
    """Every section that we own, line by line; sections of one family in their order."""
    found = [tuple(blocks.lines_of(block)) for block in blocks.parse(text) if OWNED.match(block.line)]
    return sorted(found, key=lambda lines: _family(lines[0]))


def _family(line: str) -> str:
    found = OWNED.match(line)
    assert found is not None
    return "vlan" if line.startswith("vlan") else found[0].removeprefix("no ")


def loaded(text: str) -> tuple[Config, list[str]]:
    config = Config()
    return config, modes.load(config, blocks.parse(text))


@pytest.mark.parametrize("name", ["rc_ceos4360_r1", "rc_veos4230_leaf01", "rc_veos_evpn_DC1-LEAF2A"])
def test_recordings_come_back(name: str) -> None:
    text = (RECORDINGS / f"{name}.txt").read_text()
    config, refused = loaded(text)
    assert refused == []
    assert owned(render.text(config)) == owned(text)


def test_a_recorded_model_comes_back() -> None:
    data = json.loads((RECORDINGS / "rc_ceos4342.json").read_text())
    text = "\n".join(_lines(data["cmds"], 0))
    config, refused = loaded(text)
    assert refused == []
    assert owned(render.text(config)) == owned(text)


def _lines(commands: dict[str, Any], depth: int) -> list[str]:
    found = []
    for line, below in commands.items():
        found += ["   " * depth + line, *(_lines(below["cmds"], depth + 1) if below else [])]
    return found


def test_what_was_typed_and_what_was_shown() -> None:
    config, refused = loaded((RECORDINGS / "rc_ceos4360_r1.INPUT.cfg").read_text())
    shown = (RECORDINGS / "rc_ceos4360_r1.txt").read_text()
    assert refused == []
    # containerlab adds Management0 and its addresses after the startup configuration
    assert owned(render.text(config)) == [lines for lines in owned(shown) if lines[0] != "interface Management0"]


def test_a_listing_with_defaults_loads() -> None:
    config, _ = loaded((RECORDINGS / "rc_all_veos4137.txt").read_text())
    assert {200, 201, 202, 204} <= config.vlans.keys()
    assert config.vlans[200].name == "grouping"
