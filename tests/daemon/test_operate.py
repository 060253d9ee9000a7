"""What a person types at a running daemon, from the command to the device and back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from reconciler.cli.control import Control as Client
from reconciler.cli.main import root
from reconciler.core.plan import DevicePlan, Plan
from reconciler.daemon.control import Control
from reconciler.daemon.preview import approving
from reconciler.report import plan_text
from reconciler.settings.heal import HealRule
from tests.daemon.test_control import asked, pushed
from tests.daemon.world import NODE, World

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/plan.v1.json").read_text()))
HELD = (HealRule(devices=("*",), heal="hold"),)


async def until(world: World, phase: str, *names: str) -> None:
    """Every device, or each of ``names``, is at ``phase``."""
    standings = world.service.hub.standings
    async with asyncio.timeout(5.0):
        while any(name not in standings or world.phase(name) != phase for name in names or world.transports):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def controlled(world: World, phase: str = "in sync") -> AsyncIterator[Client]:
    """A daemon with its socket, whose devices have all come to ``phase``."""
    path = world.folder / "control.sock"
    async with world.running() as service:
        control = Control(service, path)
        await control.open()
        try:
            await until(world, phase)
            yield Client(path)
        finally:
            await control.close()


async def typed(world: World, *words: str) -> tuple[int, str]:
    """The exit code and what is printed."""
    line = [*words, "--socket", str(world.folder / "control.sock")]
    done = await asked(lambda: CliRunner().invoke(root, line, standalone_mode=False))
    assert done.exception is None, done.output
    return done.return_value or 0, done.output


def test_devices_that_are_held_alike_are_approved_in_one_command() -> None:
    alike = [DevicePlan(name, "linux", "held", "heal: hold", approvable=True) for name in ("n1", "n2")]
    first, second = (Plan("c1", (device,)).digest for device in alike)
    shown = list(plan_text.lines(Plan("c1", tuple(alike)), way_out=approving))
    assert shown[:2] == ["n1, n2 (linux)", f"  ! held: heal: hold; `reconcile approve {first} {second}` applies it"]


async def test_a_push_shows_the_digests_that_approve_takes(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = HELD
    text = "".join(NODE.format(name=name) for name in ("n1", "n2")).replace("10.2.", "10.9.")
    async with controlled(world, "held") as daemon:
        digests = [world.service.hub.standings[name].digest for name in ("n1", "n2")]
        shown = await asked(lambda: daemon.post("/v1/preview", {**pushed(text), "width": None}))
        world.commit("c2", text=text)
        await world.service.following.look()
        while [world.service.hub.standings[name].revision for name in ("n1", "n2")] != ["c2", "c2"]:
            await asyncio.sleep(0.01)
        held = [world.service.hub.standings[name].digest for name in ("n1", "n2")]
        assert held != digests
        for digest in held:
            assert f"  ! held: heal: hold; `reconcile approve {digest}` applies it" in shown["lines"]
        code, said = await typed(world, "approve", "000000000000", *held)
        assert code == 1
        assert said.count("is approved by") == 2
        assert "nothing that is held has the digest 000000000000" in said
        await until(world, "in sync")


async def test_who_approves_sees_what_he_approves(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = HELD
    async with controlled(world, "held"):
        sent = [len(one.sent) for one in world.transports.values()]
        code, said = await typed(world, "plan", "n1")
        digest = world.service.hub.standings["n1"].digest
        assert (code, said.splitlines()[0]) == (3, "n1 (linux)")
        assert f"! held: heal: hold; `reconcile approve {digest}` applies it" in said
        assert "+ route 10.1.0.0/16 table 254 metric 0  gateway 10.0.0.1, dev eth1" in said
        assert said.endswith("on 1 of 1 devices. 0 in sync. 1 held.\n")
        code, text = await typed(world, "plan", "-o", "json")
        plan = json.loads(text)
        SCHEMA.validate(plan)
        assert {one["name"]: one["digest"] for one in plan["devices"]} == {
            name: world.service.hub.standings[name].digest for name in ("n1", "n2")
        }
        assert [len(one.sent) for one in world.transports.values()] == sent
        assert (await typed(world, "approve", digest))[0] == 0
        await until(world, "in sync", "n1")
        assert (await typed(world, "plan", "n1"))[0] == 0
        assert (await typed(world, "plan"))[0] == 3


async def test_a_plan_that_cannot_be_shown_is_refused_in_words(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with controlled(world) as daemon:
        for query, words in {
            "target=leaf*": r"no device is called leaf\*",
            "device=n%0a": r"no device is called n\\n",
            "width=1": "width: Input should be greater than or equal to 20",
            "what=n1": "what: Extra inputs are not permitted",
        }.items():
            with pytest.raises(click.ClickException, match=words):
                await asked(lambda query=query: daemon.get(f"/v1/plan?{query}"))  # type: ignore[misc]
        world.service.deployment.checkout = None
        with pytest.raises(click.ClickException, match="no revision is in force yet"):
            await asked(lambda: daemon.get("/v1/plan?device=n1"))
