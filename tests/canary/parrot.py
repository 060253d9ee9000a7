"""A receiver that says again what it was sent, credentials foremost, whatever it answers; and hangs up on some."""

from __future__ import annotations

import base64
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEANT = ("authorization",)
"""Headers in which a credential is meant for who gets it."""
PADDING = (0, 120, 176, 184, 188, 192)
"""Bytes before what is said again, so that it is cut short somewhere by whoever shows only the beginning."""
SORE = 3
"""So many messages of a receiver may fail; then only tests do."""
STATUS = (500, 401, 200, 503, 307, 502)


@dataclass
class Parrot:
    """``heard``: all that was sent and was not meant for the receiver; ``times``: how often, by path."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=dict)


def answer(path: str, headers: list[tuple[str, str]], padding: int) -> bytes:
    said = [path, *(value for _, value in headers)]
    for name, value in headers:
        form, _, given = value.partition(" ")
        if name.lower() == "authorization" and form == "Basic":
            said.insert(0, base64.b64decode(given).decode().partition(":")[2])
        elif name.lower() == "authorization":
            said.insert(0, given)
    return b"x" * padding + " ".join(said).encode()


@contextmanager
def listening() -> Iterator[Parrot]:
    parrot, turn = Parrot(), itertools.count()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind, number = self.path.split("/")[1], next(turn)
            parrot.times[kind] = parrot.times.get(kind, 0) + 1
            headers = list(self.headers.items())
            parrot.heard += [
                body,
                *(f"{name} {value}".encode() for name, value in headers if name.lower() not in MEANT),
            ]
            tried = b"tries out" in body
            if tried and number % 9 == 8:
                return  # no answer at all
            said = answer(self.path, headers, PADDING[number % len(PADDING)])
            self.send_response(STATUS[number % len(STATUS)] if tried or parrot.times[kind] < SORE else 200)
            self.send_header("Location", f"http://127.0.0.1:{parrot.port}/elsewhere/")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    parrot.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield parrot
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
