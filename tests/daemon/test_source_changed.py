"""A daemon whose settings name another source than the last time, although somebody had rolled back in that one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

from reconciler.daemon.rollback import Rollback
from reconciler.daemon.run import Daemon
from reconciler.engine.record import world_of
from reconciler.settings.load import load_settings

SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: t}
spec: {source: {path: desired}, inventory: i.yaml, state: state, socket: s, loop: {retry: {first: 100ms}}}
"""
INVENTORY = "apiVersion: reconciler/v1\nkind: Inventory\nmetadata: {name: t}\nspec: {devices: {}}\n"


def test_it_starts_and_the_rollback_is_over(tmp_path: Path) -> None:
    (tmp_path / "desired").mkdir()
    (tmp_path / "i.yaml").write_text(INVENTORY)
    (tmp_path / "config.yaml").write_text(SETTINGS)
    settings = load_settings(tmp_path / "config.yaml").settings
    assert settings is not None
    rollback = Rollback(1, "c1", "c2", "ada", 0.0)
    held = {"kind": "rolled back", "subject": "source", "words": str(rollback), "since": 0.0, "id": "0" * 12}
    kept = tmp_path / f"state/daemon-{world_of(settings.inventory)}.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps({"source": "elsewhere", "rollback": rollback.document(), "conditions": [held]}))

    async def work() -> None:
        daemon = Daemon(settings)
        running = asyncio.create_task(daemon.run())
        await asyncio.wait_for(daemon.following.looked.wait(), 10.0)
        assert [one.kind for one in daemon.hub.conditions if one.kind == "rolled back"] == []
        assert daemon.following.pin.now is None
        os.kill(os.getpid(), signal.SIGTERM)
        await running

    asyncio.run(work())
    assert "rollback" not in json.loads(kept.read_text())
