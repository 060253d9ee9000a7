"""History, difference, way back and test alerts in the hands of somebody who means harm, or of two at once."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import zlib
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from reconciler.daemon.api_alerts import AlertsApi
from reconciler.daemon.api_history import HistoryApi
from reconciler.daemon.archive import Archive
from reconciler.daemon.control import Control
from reconciler.daemon.history import History
from reconciler.settings.alerts import AlertSettings
from reconciler.sinks.alerts.alerts import Alerts
from reconciler.sinks.journal.journal import Journal
from tests.daemon.world import World, other, until

Client = aiohttp.ClientSession
MANY = 150
"""Documents of a revision, so that it takes a while to write and to read them."""


class Asked:
    """A daemon with a history, and who asks it."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.path = folder / "journal.db"
        self.control = folder / "control.sock"

    def talk(self, work: Callable[[Client], Awaitable[None]]) -> World:
        async def run() -> None:
            journal = Journal(self.path, tell=lambda words: None)
            async with self.world.running() as service:
                service.hub.bus.attach(journal.hear)
                archive = Archive(journal, self.world.folder / "recorded")
                service.following.archive = archive
                routes = HistoryApi(History(service, journal, archive)).routes
                alerts = Alerts(self.world.folder / "alerts.db", AlertSettings())
                control = Control(service, self.control, (*routes, *AlertsApi(alerts).routes))
                await control.open()
                try:
                    await until(self.world, "in sync")
                    async with Client("http://daemon", connector=aiohttp.UnixConnector(str(self.control))) as client:
                        await work(client)
                finally:
                    await control.close()
                    await journal.close()

        asyncio.run(run())
        return self.world

    async def push(self, revision: str) -> None:
        service = self.world.service
        self.world.commit(revision, text=other(self.world, int(revision[1:])))
        folder = self.world.source.folders[revision]
        for number in range(MANY):
            text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {revision}-{number}}}\n"
            (folder / f"x{number}.yaml").write_text(text)
        await service.following.look()
        await until(self.world, "in sync")


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


async def answered(client: Client, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with client.request(method, path, **more) as answer:
        return answer.status, json.loads(await answer.read())


QUERIES = [
    "limit=-1", "limit=0", "limit=99999999999999999999", "limit=nan", "limit=1e3", "limit=%00", "before=-1", "before=x",
    f"before={2**63}", "since=nan", "since=inf", "since=-inf", "since=1e400", "until=nan", "until=x", "kind=%00",
    f"kind={'x' * 300}", "device=[", "device=[!", "device=*" + "a*" * 90, "device=%ff%fe", "device=%F0%9F%98%80",
    "by=%27%3B%20DROP%20TABLE%20entry%3B--", "outcome=open%00", "nonsense=1", "limit=1&limit=2", "since=&until=",
]  # fmt: skip


def test_whatever_is_asked_of_the_history_is_answered_in_words(asked: Asked) -> None:
    async def work(client: Client) -> None:
        for query in QUERIES:
            status, answer = await answered(client, "GET", f"/v1/history?{query}")
            assert status in (200, 400), (query, answer)
            assert "mistake" not in str(answer), (query, answer)
        for number in ("0", "-1", "1.5", "²", "99999999999999999999", "%00", "1%2F..%2F2"):
            status, answer = await answered(client, "GET", f"/v1/history/{number}")
            assert status == 400, (number, answer)
            assert "mistake" not in str(answer)
        status, answer = await answered(client, "GET", "/v1/history?kind=revision")
        assert len(answer["entries"]) == 1, "the table is still there"

    asked.talk(work)


BODIES: list[Any] = [
    b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"cycle": 1e400}', {"cycle": 0}, {"cycle": -1},
    {"cycle": "1"},
    {"cycle": 2**53 + 1}, {"cycle": 10**400}, {"cycle": True}, {"cycle": 99}, {"cycle": 1, "digest": "x" * 65},
    {"cycle": 1, "reason": "x" * 501}, {"cycle": 1, "width": 0}, {"cycle": 1, "width": 10**9}, {"cycle": 1, "x": 1},
    {"cycle": 1, "digest": "\0"}, {"receiver": ""}, {"receiver": "x" * 201}, {"receiver": None}, {"receiver": "[\x1b["},
]  # fmt: skip


def test_whatever_is_sent_is_refused_in_words_and_nothing_happens(asked: Asked) -> None:
    async def work(client: Client) -> None:
        for path in ("/v1/rollback", "/v1/alert/test"):
            for body in BODIES:
                sent = {"data": body} if isinstance(body, bytes) else {"json": body}
                status, answer = await answered(client, "POST", path, **sent)
                assert status == 400, (path, body, answer)
                assert answer["error"].isprintable()
                assert "mistake" not in answer["error"], (path, body, answer)
        for query in ("", "old=", "old=../../etc", "old=c1&new=" + "x" * 201, "old=%00", "old=HEAD", "old=--output=/x"):
            status, answer = await answered(client, "GET", f"/v1/diff?{query}")
            assert status == 400, (query, answer)
            assert answer["error"].isprintable()
            assert "mistake" not in answer["error"], (query, answer)

    world = asked.talk(work)
    assert [event.words for event in world.events if event.kind in ("mistake", "rollback")] == []


def test_two_who_go_back_at_once_never_mix_what_was_recorded(asked: Asked) -> None:
    """The documents of one are not torn away from under the other: a part of them would want everything else gone."""

    async def work(client: Client) -> None:
        for revision in ("c3", "c4", "c5"):
            await asked.push(revision)
        world, seen = asked.world, []
        entries = (await answered(client, "GET", "/v1/history?kind=revision"))[1]["entries"]
        for cycle in [one["id"] for one in entries if one["revision"] in ("c3", "c4")]:
            _, answer = await answered(client, "POST", "/v1/rollback", json={"cycle": cycle})
            seen.append({"cycle": cycle, "digest": answer["digest"]})
        both = await asyncio.gather(*(answered(client, "POST", "/v1/rollback", json=body) for body in 2 * seen))
        assert [status for status, _ in both].count(200) == 1
        for status, answer in both:
            assert status == 200 or re.search("is another one by now|the one that is in force", answer["error"]), answer
        await until(world, "in sync")
        assert len(world.service.hub.cycle.repository.documents) == len(world.transports)

    world = asked.talk(work)
    assert [event.words for event in world.events if event.kind == "mistake"] == []


OLD = b"apiVersion: reconciler/v0\nkind: Node\nmetadata: {name: n1}\nspec: {gone: 1}\n"
BOMB = zlib.compress(bytes(200_000_000), 9)
SPOILT = {
    "of an older schema": ("body = ?1, sha256 = ?2", zlib.compress(OLD), "does not fit any more: "),
    "another text": ("body = ?1", zlib.compress(OLD), "are spoilt"),
    "no zlib": ("body = ?1", b"no zlib", "are spoilt"),
    "cut short": ("body = ?1", zlib.compress(OLD)[:-5], "are spoilt"),
    "no bytes": ("body = 7", b"", "are spoilt"),
    "a bomb": ("body = ?1", BOMB, "are spoilt"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_recorded_document_that_is_no_good_any_more_is_refused_in_words(asked: Asked, what: str) -> None:
    """Recorded by another release, or by somebody who has written into the file."""
    column, body, words = SPOILT[what]

    async def work(client: Client) -> None:
        await asked.push("c3")
        with sqlite3.connect(asked.path) as connection:
            values = (body, sha256(OLD).digest())[: column.count("?")]
            connection.execute(f"UPDATE document SET {column} WHERE id = 1", values)
            connection.execute("UPDATE changes SET few = '[1', every = x'00'")
        connection.close()
        status, answer = await answered(client, "POST", "/v1/rollback", json={"cycle": 1})
        assert status == 400
        assert words in answer["error"], answer
        for path in ("/v1/diff?old=c1", "/v1/history", "/v1/history/1", "/v1/history/2"):
            status, answer = await answered(client, "GET", path)
            assert "mistake" not in str(answer), answer

    asked.talk(work)
