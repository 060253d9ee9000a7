"""What a person types at a running daemon, from the command to the device and back."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from reconciler.cli.control import Control as Client
from reconciler.cli.hook import Setup, Update, _judged
from reconciler.cli.main import root
from reconciler.core.plan import DevicePlan, Plan
from reconciler.daemon.control import Control
from reconciler.daemon.preview import approving
from reconciler.report import plan_text
from reconciler.settings.heal import HealRule
from tests.daemon.fasttime import now, run
from tests.daemon.test_control import asked, pushed
from tests.daemon.world import ONE, TWO, World, other, slow, until
from tests.engine.fakes import NODE

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/plan.v1.json").read_text()))
STATUS = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/status.v1.json").read_text()))
HELD = (HealRule(devices=("*",), heal="hold"),)


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


def test_a_branch_that_is_not_deployed_would_be_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = Setup(socket=str(tmp_path / "none"))
    for branch, words in {"main": "refused: 1 problem", "idea": "would be refused: 1 problem"}.items():
        (tmp_path / "bad.yaml").write_text("kind: [")
        assert not _judged(Update("0", "1", f"refs/heads/{branch}"), tmp_path, ours)
        assert capsys.readouterr().out.splitlines()[-1] == words


async def test_a_forced_push_has_one_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world, folder = World(tmp_path), tmp_path / "desired"
    folder.mkdir()
    update = Update("a" * 40, "b" * 40, "refs/heads/main")
    held = "held, for it does not follow on aaaaaaaaaaaa, until `reconcile approve bbbbbbbbbbbb` puts it in force"
    async with controlled(world):
        (folder / "nodes.yaml").write_text(other(world, 8))
        ours = Setup(socket=str(tmp_path / "control.sock"))
        assert await asked(lambda: _judged(update, folder, ours, backwards=True))
        assert capsys.readouterr().out.splitlines()[-1] == f"will be: {held}; then applied to 2 devices"
    assert _judged(update, folder, ours, backwards=True)
    assert capsys.readouterr().out.splitlines()[-1] == f"the documents are good, and are {held} once a daemon runs"


async def test_a_suspension_without_an_end_ends_at_the_longest_one(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with controlled(world):
        assert (await typed(world, "suspend", "n1", "--reason", "cabling"))[0] == 0
        (suspension,) = world.service.hub.restraints.suspensions
        assert suspension.until == suspension.since + world.service.settings.suspend.longest


@pytest.mark.parametrize(
    ("phases", "code"),
    [
        (("in sync", "not mentioned", "reading", "applying", "new"), 0),
        (("in sync", "withheld"), 2),
        (("withheld", "held"), 3),
        (("held", "unreadable"), 4),
        (("unreachable", "held"), 4),
        (("unreachable", "failed"), 1),
    ],
)
def test_a_status_ends_with_how_things_stand(
    monkeypatch: pytest.MonkeyPatch, phases: tuple[str, ...], code: int
) -> None:
    devices = {f"n{number}": {"phase": phase, "since": 0.0} for number, phase in enumerate(phases)}
    found = {"started": 0.0, "source": {}, "devices": devices, "suspended": [], "conditions": [], "fights": []}
    monkeypatch.setattr(Client, "get", lambda self, path: found)
    assert CliRunner().invoke(root, ["status"], standalone_mode=False).return_value == code


def test_a_status_says_since_when_and_until_when_and_each_thing_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def work() -> dict[str, Any]:
        world = World(tmp_path)
        async with world.running() as service:
            await until(world, "in sync")
            for _ in range(4):
                world.forge("n1")
                await asyncio.sleep(1.0)
            world.suspend("n2", 7200.0, "cabling")
            for row in (ONE, TWO):
                world.lose("n2", row.key)
            await asyncio.sleep(40.0)
            found: dict[str, Any] = json.loads(json.dumps(service.status()))
            for one in found["devices"].values():
                one["since"] = now() - 40.0  # a standing's own clock is the real one
            return {**found, "now": now()}

    found = run(work())
    monkeypatch.setattr("time.time", lambda: found["now"])
    monkeypatch.setattr(Client, "get", lambda self, path: found)
    done = CliRunner().invoke(root, ["status"], standalone_mode=False)
    assert "suspended: n2 by me for another 1h59m, until" in done.output
    assert "n2: withheld for 40s: 2 differences: suspended, see below" in done.output
    assert done.output.count("suspended: n2") == 1
    for route in ("10.1.0.0/16", "10.2.0.0/16"):
        assert done.output.count(f"+ route {route}") == 1
    assert "fight on n1: route 10.1.0.0/16" in done.output
    assert "\n  reconcile resume n1\n" in done.output
    assert done.return_value == 2


async def test_a_status_names_who_made_a_drift_and_what_is_over(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with controlled(world):
        world.service.hub.who = lambda device: "ada on vty3 (10.0.0.5)"
        world.forge("n1")
        await until(world, "in sync", "n1")
        while not world.told("healed"):
            await asyncio.sleep(0.01)
        code, said = await typed(world, "status")
        assert code == 0
        lines = said.splitlines()
        assert lines[0].startswith("revision c1, looked at ")
        assert lines[1] == "2 of 2 devices in sync"
        assert re.fullmatch(r"over for \S+: n1: put back 1 entry 0\.\d\d s after the drift", lines[-1])
        world.suspend("n2", 7200.0, "cabling")
        world.forge("n2")
        await until(world, "withheld", "n2")
        code, said = await typed(world, "status", "-v")
        assert code == 2
        assert re.search(r"^n2: withheld for \S+: 1 difference: suspended, see below$", said, re.M)
        row = "route 10.1.0.0/16 table 254 metric 0"
        assert f"\n  drift: ~ {row} gateway 10.0.0.66 → 10.0.0.1; by ada on vty3 (10.0.0.5)\n" in said
        assert "\n  reconcile resume n2\n" in said
        code, text = await typed(world, "status", "-o", "json")
        found = json.loads(text)
        STATUS.validate(found)
        assert found["counts"] == {"in sync": 1, "withheld": 1}
        (drift,) = found["conditions"]
        assert (drift["by"], drift["count"]) == ("ada on vty3 (10.0.0.5)", 1)
        assert drift["changes"][0]["fields"] == {"gateway": ["10.0.0.66", "10.0.0.1"]}


def test_a_sync_waits_for_the_devices_and_not_for_ever(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        async with world.running() as service:
            await until(world, "in sync")
            slow(world, "n2", 5.0)
            world.commit("c2", text=other(world, 8))
            await service.sync()
            assert {service.hub.standings[name].revision for name in ("n1", "n2")} == {"c2"}
            slow(world, "n2", 200.0)
            world.commit("c3", text=other(world, 9))
            began = now()
            await service.sync()
            assert now() - began == pytest.approx(50.0)
            assert service.hub.standings["n1"].revision == "c3"

    run(work())
