"""Who scrapes is answered; who only dawdles, shouts or probes costs little."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

import aiohttp
import pytest

from reconciler.settings.listen import Endpoint
from reconciler.sinks import web as module
from reconciler.sinks.metrics.metrics import Page
from reconciler.sinks.web import AT_ONCE, Web

OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}


class Pages:
    """A page that says how often one was made."""

    def __init__(self) -> None:
        self.made = count(1)

    def page(self, *, openmetrics: bool = False) -> Page:
        return Page(
            f"made {next(self.made)}\n".encode(), "application/openmetrics-text" if openmetrics else "text/plain"
        )


@asynccontextmanager
async def serving(ready: Callable[[], str] = str, live: Callable[[], str] = str) -> AsyncIterator[Web]:
    served = Web(Pages(), live, ready)
    await served.open(None, [socket.create_server(("127.0.0.1", 0))])
    try:
        yield served
    finally:
        await served.close()


async def asked(served: Web, what: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    url = f"http://127.0.0.1:{served.port}{what}"
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.request(method, url, headers={"Accept-Encoding": ""} | headers) as answer,
    ):
        body = await answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return answer.status, (gzip.decompress(body) if packed else body).decode(), dict(answer.headers)


async def raw(served: Web, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    try:
        writer.write(data)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_what_there_is_and_nothing_else() -> None:
    async with serving() as served:
        assert (await asked(served, "/livez"))[:2] == (200, "ok\n")
        assert (await asked(served, "/readyz"))[:2] == (200, "ok\n")
        assert (await asked(served, "/metrics"))[:2] == (200, "made 1\n")
        status, body, headers = await asked(served, "/metrics", "HEAD")
        assert (status, body, headers["Content-Length"]) == (200, "", "7")
        for what in ("/", "/metrics/", "/v1/status", "/..%2fmetrics", "/%00"):
            assert (await asked(served, what))[:2] == (404, "Not Found\n")
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            status, _, headers = await asked(served, "/metrics", method)
            assert (status, headers["Allow"]) == (405, "GET,HEAD")
        assert headers["Server"] == "reconciler"


async def test_the_format_and_gzip_are_as_asked() -> None:
    async with serving() as served:
        status, body, headers = await asked(served, "/metrics", **OPENMETRICS, **{"Accept-Encoding": "gzip"})
        assert (status, body, headers["Content-Type"]) == (200, "made 1\n", "application/openmetrics-text")
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Vary"] == "Accept, Accept-Encoding"
        _, _, headers = await asked(served, "/metrics", **{"Accept-Encoding": "br"})
        assert headers["Content-Type"] == "text/plain"
        assert "Content-Encoding" not in headers


async def test_why_it_is_not_well_is_said_on_one_line() -> None:
    async with serving(lambda: "n1\x1b[31m\nn2 not looked at", lambda: "following the source: gone") as served:
        assert (await asked(served, "/readyz"))[:2] == (503, "n1\\x1b[31m\\nn2 not looked at\n")
        assert (await asked(served, "/livez"))[:2] == (503, "following the source: gone\n")


async def test_a_mistake_of_ours_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(lambda: str(1 // 0)) as served:
        status, body, _ = await asked(served, "/readyz")
        assert status == 500
        assert body.startswith("a mistake of ours, please report it: ZeroDivisionError")


async def test_who_asks_too_often_is_given_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as served:
        bodies = {(await asked(served, "/metrics"))[1] for _ in range(10)}
        assert bodies == {"made 1\n"}
        monkeypatch.setattr(module, "FRESH", 0.0)
        assert (await asked(served, "/metrics"))[1] == "made 2\n"


async def test_whoever_asks_is_heard_behind_a_crowd_that_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 3.0)
    async with serving() as served:
        crowd = [asyncio.create_task(raw(served, b"GET /metrics HTTP/1.1\r\nHost:")) for _ in range(3 * AT_ONCE)]
        async with asyncio.timeout(2.0):  # the oldest go when there are too many, long before their time is over
            while sum(not one.done() for one in crowd) > AT_ONCE:
                await asyncio.sleep(0.01)
        assert (await asked(served, "/metrics"))[:2] == (200, "made 1\n")
        async with asyncio.timeout(10.0):
            assert set(await asyncio.gather(*crowd)) == {b""}


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-A: " + b"b" * 10_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n" * 50 + b"nonsense\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_and_fills_no_log(data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with serving() as served:
            answer = await raw(served, data)
            assert answer == b"" or b" 400 " in answer.splitlines()[0]
            assert (await asked(served, "/livez"))[0] == 200
    assert [record for record in caplog.records if record.name.startswith(("aiohttp", "reconciler"))] == []


async def test_one_request_a_connection() -> None:
    async with serving() as served:
        one = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        assert (await raw(served, one * 3)).count(b"200 OK") == 1
        large = b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n" + bytes(1000)
        assert (await raw(served, large)).count(b"200 OK") == 1


async def test_it_listens_where_it_is_told_and_no_longer_once_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = Web(Pages(), str, str)
    await served.open(Endpoint("tcp", "::", port))
    for host in ("127.0.0.1", "::1"):
        socket.create_connection((host, port)).close()
    other = Web(Pages(), str, str)
    with pytest.raises(OSError, match="in use"):
        await other.open(Endpoint("tcp", "127.0.0.1", port))
    await other.close()
    await served.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
