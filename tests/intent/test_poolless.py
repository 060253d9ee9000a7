"""A cluster of whose pools no document speaks is left alone: silence is not the wish that there be none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.desired.load import load
from reconciler.intent.compile import compile_world

DESIRED = Path(__file__).parents[2] / "desired"


@pytest.mark.parametrize(("pools", "kept"), [("none", True), ("never", False)])
def test_silence_prunes_nothing(tmp_path: Path, pools: str, kept: bool) -> None:
    full = compile_world(load(DESIRED))["k01-worker"].desired
    folder = tmp_path / "desired"
    shutil.copytree(DESIRED, folder)
    path = folder / "pools.yaml"
    path.unlink() if pools == "none" else path.write_text(path.read_text().replace("CrossSubnet", "Never"))
    intent = compile_world(load(folder))
    wish = intent["k01-worker"]
    tunnel = [
        row for row in full.values() if row.kind in ("link", "neighbour", "fdb") and row not in wish.desired.values()
    ]
    assert len([row for row in tunnel if "vxlan.calico" in row.name]) == 7
    assert all(wish.owns(row) is not kept for row in tunnel if "vxlan.calico" in row.name)
    assert any("there is no IPPool document" in str(warning) for warning in intent.warnings) is kept
