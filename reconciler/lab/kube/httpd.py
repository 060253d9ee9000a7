"""Just enough HTTP/1.1 for kubectl and curl: keep-alive, bodies with a length, answers whole or chunked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_HEAD = 64 * 1024
MAX_BODY = 3 * 1024 * 1024
"""etcd's limit, which is also what a Kubernetes API server takes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names are in lower case, ``path`` and ``query`` decoded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that is known whole."""

    body: bytes
    code: int = 200
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that goes on: chunks until the iterator ends, the time (seconds) is up or the client leaves."""

    chunks: AsyncIterator[bytes]
    seconds: int | None = None
    content_type: str = "application/json"


Handler = Callable[[Request], Awaitable[Response | Stream]]


class Refused(Exception):
    """A request that is not HTTP as we speak it; the connection is closed after the answer."""

    def __init__(self, code: int) -> None:
        super().__init__(HTTPStatus(code).phrase)
        self.code = code


async def listen(handler: Handler, address: str, port: int) -> asyncio.Server:
    """Serve on one address. OSError: the address cannot be bound."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Only the end of the server cancels a connection, and asyncio would report that as a failure (3.11).
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _converse(handler, reader, writer)
        writer.close()

    return await asyncio.start_server(connected, address, port, limit=MAX_HEAD)


async def _converse(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        try:
            request = await _read(reader)
        except Refused as refusal:
            await _send(writer, Response(f"{refusal}\n".encode(), refusal.code, "text/plain"), keep=False)
            return
        if request is None:
            return
        answer = await _answer(handler, request)
        if isinstance(answer, Stream):
            await _stream(reader, writer, answer)
            return
        keep = request.headers.get("connection", "").lower() != "close"
        await _send(writer, answer, keep=keep)
        if not keep:
            return


async def _answer(handler: Handler, request: Request) -> Response | Stream:
    try:
        return await handler(request)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return Response(b"internal error\n", 500, "text/plain")


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request, or None when the client closed between two."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise
        return None
    except asyncio.LimitOverrunError as error:
        raise Refused(431) from error
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Refused(400)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    target = urlsplit(words[1])
    query = dict(parse_qsl(target.query, keep_blank_values=True))
    return Request(words[0], unquote(target.path), query, headers, await _body(reader, headers))


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        raise Refused(411)
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise Refused(400)
    if int(length) > MAX_BODY:
        raise Refused(413)
    return await reader.readexactly(int(length))


async def _send(writer: asyncio.StreamWriter, answer: Response, *, keep: bool) -> None:
    head = _head(answer.code, answer.content_type, f"Content-Length: {len(answer.body)}")
    writer.write(head + (b"\r\n" if keep else b"Connection: close\r\n\r\n") + answer.body)
    await writer.drain()


async def _stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Stream) -> None:
    """Send chunks until they end, or until the client says anything more, which only its leaving can mean."""
    writer.write(_head(200, answer.content_type, "Transfer-Encoding: chunked") + b"Connection: close\r\n\r\n")
    pump = asyncio.ensure_future(_pump(writer, answer.chunks))
    gone = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({pump, gone}, timeout=answer.seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (pump, gone):
            task.cancel()
        ends = await asyncio.gather(pump, gone, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, ConnectionError):
            log.error("a stream broke off", exc_info=end)
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _pump(writer: asyncio.StreamWriter, chunks: AsyncIterator[bytes]) -> None:
    await writer.drain()
    async for chunk in chunks:
        writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        await writer.drain()


def _head(code: int, content_type: str, framing: str) -> bytes:
    phrase = HTTPStatus(code).phrase
    return f"HTTP/1.1 {code} {phrase}\r\nContent-Type: {content_type}\r\n{framing}\r\n".encode("latin-1")
