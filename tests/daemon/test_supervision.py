"""A part of the daemon that ends by a mistake ends all of it, with exit code 1: it never limps on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reconciler.cli.main import root
from reconciler.daemon import run as run_module
from reconciler.daemon.following import Following
from reconciler.daemon.hearsay import Hearsay
from reconciler.daemon.keeper import Keeper
from reconciler.daemon.service import Service
from tests.daemon.fasttime import run
from tests.daemon.world import FORGED, ONE, World

INVENTORY = """
apiVersion: reconciler/v1
kind: Inventory
metadata: {name: t}
spec: {devices: {n1: {platform: linux, host: 127.0.0.1, port: 1, username: root}}}
"""
NODE = "apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\nspec: {routes: []}\n"


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Following, "run"),
        (Following, "look"),
        (Hearsay, "run"),
        (Service, "watch_clock"),
        (run_module, "beat"),
        (Keeper, "run"),
    ],
)
def test_whatever_part_dies_the_daemon_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    async def mistaken(self: Any) -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError("nobody has foreseen this")

    monkeypatch.setattr(owner, name, mistaken)
    monkeypatch.setenv("RECONCILE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired/n.yaml").write_text(NODE)
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    words = ["daemon", "--desired", str(tmp_path / "desired"), "--inventory", str(tmp_path / "inventory.yaml")]
    done = CliRunner().invoke(root, words)
    assert done.exit_code == 1
    assert "a mistake of ours, please report it: ZeroDivisionError: nobody has foreseen this" in done.output
    assert "Traceback" not in done.output


def test_news_that_make_no_sense_are_a_reason_to_read(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            keeper = service.deployment.keepers["n1"]
            keeper._watcher = Senseless()  # type: ignore[assignment]
            world.transports["n1"].rows[FORGED.key] |= {"gateway": FORGED.gateway}
            keeper.stir()
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(work())
    assert "ZeroDivisionError" in world.told("mistake")[0].words


class Senseless:
    quick = False

    def news(self, *given: object) -> str:
        raise ZeroDivisionError("nobody has foreseen this")
