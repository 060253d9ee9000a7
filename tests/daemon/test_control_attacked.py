"""The control socket in the hands of somebody who means harm: every answer has words, and nothing else happens."""

from __future__ import annotations

import asyncio
import base64
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from reconciler.daemon.control import Control
from reconciler.report.event import Event
from reconciler.source.checkout import Checkout
from tests.daemon.world import World

GOOD = b"apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\nspec: {routes: []}\n"
Client = aiohttp.ClientSession


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where previews are written; with something of somebody else's in it."""
    place = tmp_path / "scratch"
    place.mkdir()
    (place / "foreign").write_text("mine")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def talk(tmp_path: Path, work: Callable[[World, Client], Awaitable[None]]) -> World:
    """Have ``work`` speak to a daemon over its socket, in real time."""
    (tmp_path / "world").mkdir()
    world, path = World(tmp_path / "world", ["n1"]), tmp_path / "control.sock"

    async def run() -> None:
        async with world.running() as service:
            control = Control(service, path)
            await control.open()
            try:
                async with Client("http://daemon", connector=aiohttp.UnixConnector(str(path))) as client:
                    await work(world, client)
            finally:
                await control.close()

    asyncio.run(run())
    return world


def pushed(name: str = "desired", **more: Any) -> dict[str, Any]:
    return {"name": name, "revision": "c9", "files": {"n.yaml": base64.b64encode(GOOD).decode()}} | more


@pytest.mark.parametrize("name", ["..", ".", "", "/", "a/..", "/etc/passwd", "\0", "n" * 300])
def test_a_preview_never_leaves_its_own_folder(tmp_path: Path, scratch: Path, name: str) -> None:
    async def work(world: World, client: Client) -> None:
        async with client.post("/v1/preview", json=pushed(name)) as answer:
            assert answer.status in (200, 400), await answer.text()
            await answer.json()

    talk(tmp_path, work)
    assert [path.name for path in scratch.iterdir()] == ["foreign"]


FILES = [
    {"../n.yaml": ""}, {"/n.yaml": ""}, {"a\0b": ""}, {"n" * 300: ""}, {"a": "", "a/b": ""}, {"a/b": "", "a": ""},
    {".": ""}, {"": ""}, {"a" + "/a" * 5000: ""}, {"n.yaml": "=== no base64"}, {"n.yaml": "é"},
]  # fmt: skip


@pytest.mark.parametrize("files", FILES, ids=range(len(FILES)))
def test_names_and_contents_that_cannot_be_are_refused_in_words(
    tmp_path: Path, scratch: Path, files: dict[str, str]
) -> None:
    async def work(world: World, client: Client) -> None:
        async with client.post("/v1/preview", json=pushed(files=files)) as answer:
            said = await answer.json()
            assert answer.status == 400 or not said["accepted"], said

    talk(tmp_path, work)
    assert [path.name for path in scratch.iterdir()] == ["foreign"]


BODIES: list[bytes] = [
    b"", b"garbage", b"[" * 100_000, b'{"a":' * 50_000, b"null", b"[]", b"1" * 5000, b"\xff\xfe", b'"\\ud800"',
    *(json.dumps(one).encode() for one in (
        {"target": 1}, {"target": ["n1"], "reason": "x"}, {"target": "n1", "reason": "x", "seconds": float("nan")},
        {"target": "n1", "reason": "x", "seconds": float("inf")}, {"target": "n1", "reason": "x", "seconds": -1},
        {"target": "n1", "reason": "x", "seconds": 1e300}, {"target": "\ud800", "reason": "x"},
        {"target": "[" * 190, "reason": "x"}, {"target": "n1", "reason": "x", "more": 1}, pushed(width=-5),
        pushed(width=0), pushed(width=1), pushed(width=10**30), pushed(files=[]), pushed(files={"a": 1}),
    )),
]  # fmt: skip


def test_no_body_whatever_is_a_mistake_of_ours(
    tmp_path: Path, scratch: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def work(world: World, client: Client) -> None:
        for path in ("/v1/suspend", "/v1/resume", "/v1/approve", "/v1/preview"):
            for body in BODIES:
                for kind in ("application/json", "application/json; charset=nonsense", "text/plain"):
                    async with client.post(path, data=body, headers={"Content-Type": kind}) as answer:
                        assert answer.status in (200, 400), (path, body[:80], await answer.text())
                        assert await answer.json()

    talk(tmp_path, work)
    assert "Traceback" not in capfd.readouterr().err


def test_a_body_that_never_ends_keeps_no_other_waiting_for_ever(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.daemon.request.BODY", 0.2)

    async def work(world: World, client: Client) -> None:
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "control.sock"))
        writer.write(b"POST /v1/preview HTTP/1.1\r\nHost: d\r\nContent-Length: 99\r\n\r\n{")
        async with client.get("/v1/status") as answer:
            assert answer.status == 200
        async with client.post("/v1/preview", json=pushed()) as answer:
            assert (await answer.json())["accepted"]
        assert b"the request was not whole" in await asyncio.wait_for(reader.read(4096), 5.0)
        writer.close()

    talk(tmp_path, work)


def test_who_follows_a_revision_is_not_told_the_end_of_the_one_before(tmp_path: Path) -> None:
    async def work(world: World, client: Client) -> None:
        while not world.told("rollout"):
            await asyncio.sleep(0.01)
        latest = world.source.latest

        async def late() -> Checkout:
            world.service.hub.tell(Event("rollout", "the one before", data={"revision": "c1"}))
            return await latest()

        world.commit("c2")
        world.source.latest = late  # type: ignore[method-assign]
        async with client.get("/v1/follow?revision=c2") as answer:
            told = [json.loads(line) async for line in answer.content]
        assert [event["revision"] for event in told if event["kind"] == "rollout"] == ["c2"]

    talk(tmp_path, work)
