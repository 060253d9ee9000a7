"""The control socket and the webhook, over real sockets, with the commands that people type."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiohttp
import click
import pytest

from reconciler.cli.control import Control as Client
from reconciler.cli.control import NoDaemon
from reconciler.daemon.control import Control
from reconciler.daemon.hooks import Hooks
from reconciler.report.event import Event
from reconciler.settings.listen import Endpoint
from reconciler.source.webhook import Webhook
from tests.daemon.world import FORGED, ONE, World
from tests.engine.fakes import NODE

T = TypeVar("T")


async def asked(call: Callable[[], T]) -> T:
    """What a command in another process would get."""
    return await asyncio.to_thread(call)


async def settled(world: World) -> None:
    while "n1" not in world.service.hub.standings or world.phase("n1") != "in sync":
        await asyncio.sleep(0.01)


async def test_the_commands_see_and_change_what_the_daemon_does(tmp_path: Path) -> None:
    world, path = World(tmp_path), tmp_path / "run/control.sock"
    daemon = Client(path)
    async with world.running() as service:
        control = Control(service, path)
        await control.open()
        await settled(world)
        found = await asked(lambda: daemon.get("/v1/status"))
        assert (found["schema"], found["source"]["revision"]) == ("reconciler/status/v1", "c1")
        assert {name: one["phase"] for name, one in found["devices"].items()} == {"n1": "in sync", "n2": "in sync"}
        said = await asked(lambda: daemon.post("/v1/suspend", {"target": "n1", "reason": "cabling", "seconds": 60.0}))
        assert said["devices"] == ["n1"]
        assert "by root since" in said["words"]
        world.forge("n1")
        await asyncio.sleep(0.1)
        assert world.has("n1", FORGED)
        assert (await asked(lambda: daemon.post("/v1/resume", {"target": "n1"})))["ended"] == ["n1: cabling"]
        await asyncio.sleep(0.1)
        assert world.has("n1", ONE)
        await control.close()
    with pytest.raises(NoDaemon, match="no daemon answers on"):
        daemon.get("/v1/status")


@pytest.mark.parametrize(
    ("path", "document", "words"),
    [
        ("/v1/suspend", {"target": "nobody", "reason": "x"}, "no device is called nobody"),
        ("/v1/suspend", {"target": "n1"}, "reason: Field required"),
        ("/v1/suspend", {"target": "n1", "reason": "x", "seconds": -1}, "seconds: Input should be greater than 0"),
        (
            "/v1/suspend",
            {"target": "n1", "reason": "x", "seconds": 1e9},
            "suspended for longer than 30 days",
        ),
        ("/v1/resume", {"target": "n1"}, "nothing is suspended and nothing is fought over under n1"),
        ("/v1/approve", {"target": "abc"}, "nothing that is held has the digest abc"),
        ("/v1/preview", {"name": "d", "revision": "c", "files": {"x": "!"}}, "Only base64 data is allowed"),
    ],
)
async def test_what_cannot_be_asked_is_answered_in_words(
    tmp_path: Path, path: str, document: dict[str, object], words: str
) -> None:
    world, socket = World(tmp_path), tmp_path / "control.sock"
    async with world.running() as service:
        control = Control(service, socket)
        await control.open()
        await settled(world)
        with pytest.raises(click.ClickException, match=words):
            await asked(lambda: Client(socket).post(path, document))
        assert stat.S_IMODE(socket.stat().st_mode) == 0o660
        await control.close()


def pushed(text: str, name: str = "nodes.yaml") -> dict[str, object]:
    files = {name: base64.b64encode(text.encode()).decode()}
    return {"name": "desired", "revision": "c2", "files": files, "width": 72}


async def test_a_preview_shows_the_plan_and_changes_nothing(tmp_path: Path) -> None:
    world, socket = World(tmp_path), tmp_path / "control.sock"
    async with world.running() as service:
        control, daemon = Control(service, socket), Client(socket)
        await control.open()
        await settled(world)
        sent = len(world.transports["n1"].sent)
        text = "".join(NODE.format(name=name) for name in ("n1", "n2")).replace("10.2.", "10.9.")
        seen = await asked(lambda: daemon.post("/v1/preview", pushed(text)))
        assert (seen["accepted"], seen["verdict"]) == (True, "applied to 2 devices")
        assert seen["lines"][0] == "n1 (linux)"
        bad = await asked(lambda: daemon.post("/v1/preview", pushed("kind: [")))
        assert (bad["accepted"], len(bad["lines"])) == (False, 1)
        for name in ("../x.yaml", "/etc/x.yaml", ""):
            out = await asked(lambda name=name: daemon.post("/v1/preview", pushed(text, name)))  # type: ignore[misc]
            assert out["accepted"] is False
        assert len(world.transports["n1"].sent) == sent
        await control.close()


async def test_a_revision_is_followed_to_its_end(tmp_path: Path) -> None:
    world, socket = World(tmp_path), tmp_path / "control.sock"
    async with world.running() as service:
        control, daemon = Control(service, socket), Client(socket)
        await control.open()
        await settled(world)
        world.commit("c2", text=(world.source.folders["c1"] / "nodes.yaml").read_text().replace("10.2.", "10.9."))
        told = await asked(lambda: list(daemon.lines("/v1/follow?revision=c2", 20.0)))
        kinds = [event["kind"] for event in told if event["level"] != "debug"]
        assert kinds == ["revision", "applied", "applied", "rollout"]
        again = await asked(lambda: list(daemon.lines("/v1/follow?revision=c2", 20.0)))
        assert [event["kind"] for event in again] == ["rollout"]
        other = await asked(lambda: list(daemon.lines("/v1/follow?revision=c3", 20.0)))
        assert other[-1]["kind"] == "end"
        assert "the daemon follows another branch or repository: revision c2 is in force" in other[-1]["words"]
        await control.close()


async def test_a_git_host_wakes_the_daemon_with_its_secret_and_only_once() -> None:
    called: list[int] = []
    told: list[Event] = []
    hooks = Hooks({"github": Webhook("github", "s3cret-canary")}, lambda: called.append(1), told.append)
    await hooks.open(Endpoint("tcp", "127.0.0.1", 0))
    body = json.dumps({"ref": "refs/heads/main"}).encode()
    right = "sha256=" + hmac.new(b"s3cret-canary", body, hashlib.sha256).hexdigest()
    head = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "1"}
    async with aiohttp.ClientSession() as session:

        async def call(signature: str, path: str = "/github") -> int:
            headers = head | {"X-Hub-Signature-256": signature}
            async with session.post(f"http://127.0.0.1:{hooks.port}{path}", data=body, headers=headers) as answer:
                return answer.status

        assert await call("sha256=" + "0" * 64) == 401
        assert await call(right, "/gitlab") == 404
        assert called == []
        assert await call(right) == 202
        assert await call(right) == 409
    assert called == [1]
    assert [event.level for event in told] == ["warning", "info", "warning"]
    assert "s3cret-canary" not in "".join(event.words for event in told)
    await hooks.close()
