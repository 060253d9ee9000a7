"""What `reconcile status -o json` prints, against its published schema, in a world in which everything is wrong."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any, get_args

from jsonschema import Draft202012Validator

from reconciler.daemon.reload import Reload
from reconciler.daemon.standing import Phase
from reconciler.settings.heal import HealRule
from reconciler.settings.load import load_settings
from tests.daemon.fasttime import run
from tests.daemon.world import World

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas/status.v1.json").read_text())
KINDS = SCHEMA["$defs"]["kind"]["enum"]


def valid(status: dict[str, Any]) -> dict[str, Any]:
    """As it is after the socket."""
    found: dict[str, Any] = json.loads(json.dumps(status))
    Draft202012Validator(SCHEMA).validate(found)
    return found


def test_a_status_fits_its_schema_whatever_is_wrong(tmp_path: Path) -> None:
    world = World(tmp_path, ["n1", "n2", "n3", "n4"])
    world.heal = (HealRule.model_validate({"devices": ("n3",), "heal": "hold"}),)

    async def trouble() -> None:
        async with world.running() as service:
            valid(service.status())
            await asyncio.sleep(5.0)
            calm = valid(service.status())
            assert calm["devices"]["n1"] == {**calm["devices"]["n1"], "phase": "in sync", "revision": "c1"}
            world.transports["n2"].down = "no route to host"
            world.suspend("n4", None)
            for _ in range(4):
                world.forge("n1")
                await asyncio.sleep(1.0)
            world.settle("  suspend: {forgotten: 1m}\n  heal: [{devices: [n3], heal: hold}]\n")
            await Reload(service, lambda: load_settings(tmp_path / "config.yaml")).once()
            (tmp_path / "inventory.yaml").write_text("- ")
            world.source.refused = "not signed"
            await Reload(service, lambda: load_settings(tmp_path / "none.yaml")).once()
            await asyncio.sleep(100.0)
            world.source.refused, world.source.away = "", "no such host"
            await asyncio.sleep(100.0)
            found = valid(service.status())
            kinds = {one["kind"] for one in found["conditions"]}
            wanted = {
                "source",
                "revision",
                "inventory",
                "settings",
                "unreachable",
                "held",
                "drift",
                "fight",
                "forgotten",
            }
            assert kinds == wanted
            assert len(found["fights"]) == len(found["suspended"]) == 1

    run(trouble())


def test_the_schema_names_every_phase_and_every_condition() -> None:
    assert set(SCHEMA["$defs"]["phase"]["enum"]) == set(get_args(Phase))
    texts = [path.read_text() for path in (ROOT / "reconciler/daemon").glob("*.py")]
    begun = {kind for text in texts for kind in re.findall(r'\.begin\(\s*"(\w+)"', text)}
    assert {"fight", "forgotten", "failed"} <= begun <= set(KINDS)


def test_the_page_for_who_is_on_call_names_every_phase_and_every_condition() -> None:
    page = (ROOT / "docs/DAEMON.md").read_text()
    rows = set(re.findall(r"^\| `([a-z ]+)` \|", page, re.MULTILINE))
    assert {*KINDS, *get_args(Phase)} - {"new", "reading"} <= rows
