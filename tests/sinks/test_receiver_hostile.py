"""Receivers that mean harm: they repeat secrets in pieces, dribble, pack, and never come to an end."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from reconciler.sinks.alerts import http
from reconciler.sinks.alerts.failure import Failure

TOKEN = 'k9f"\\/%3éx7wq-2m81'
BOMB = gzip.compress(bytes(100_000_000), 9)


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


class Hostile(Quiet):
    """``/STATUS/WAY``: how it answers."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        _, status, way = self.path.split("/")[:3]
        self.send_response(int(status))
        try:
            getattr(self, way)()
        except OSError:
            return

    def endless(self) -> None:
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def drips(self) -> None:
        self.end_headers()
        while True:
            self.wfile.write(b"x")
            time.sleep(0.05)

    def bomb(self) -> None:
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(BOMB)

    def headers_without_end(self) -> None:
        while True:
            self.send_header("X", "x" * 4000)
            self.flush_headers()

    def says_in_words(self) -> None:
        self.end_headers()
        self.wfile.write("\x1b[2Jgo away\r\nlevel=error \u202e<!channel>".encode())


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def post(url: str, *secrets: str) -> str:
    """What is said of it, whether it was taken or not."""
    try:
        return asyncio.run(http.post(url, b"{}", {}, None, secrets))
    except Failure as error:
        return str(error)


@pytest.mark.parametrize("cut", range(http.ANSWER - len(TOKEN) - 1, http.ANSWER + 2, 3))
@pytest.mark.parametrize("form", [TOKEN, json.dumps(TOKEN), TOKEN[:9], repr(TOKEN.encode())], ids=range(4))
def test_a_secret_is_not_even_told_in_part_or_in_quotes(cut: int, form: str) -> None:
    class Parrot(Quiet):
        def do_POST(self) -> None:
            self.send_response(400)
            self.end_headers()
            self.wfile.write(b"-" * cut + form.encode())

    with serving(Parrot) as url:
        said = post(url, TOKEN)
    assert said == "HTTP 400 Bad Request: (an answer with a secret in it)"


def test_an_address_may_hold_a_token_and_is_not_told_then() -> None:
    class Framework(Quiet):
        def do_POST(self) -> None:
            self.send_response(404)
            self.end_headers()
            self.wfile.write(f"Cannot POST {self.path}".encode())

    with serving(Framework) as url:
        assert "secret in it" in post(f"{url}/hooks/T0123456789abcdef")
        assert "secret in it" in post(f"{url}/hooks?key=T0123456789abcdef")
        assert post(f"{url}/api/v2/alerts") == "HTTP 404 Not Found: Cannot POST /api/v2/alerts"


def test_who_takes_it_is_believed_however_he_goes_on() -> None:
    with serving(Hostile) as url:
        began = time.monotonic()
        for way in ("endless", "drips", "bomb", "says_in_words"):
            assert post(f"{url}/200/{way}") == "HTTP 200 OK"
        assert time.monotonic() - began < 2


def test_no_answer_takes_long_or_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SAYING", 0.3)
    with serving(Hostile) as url:
        tracemalloc.start()
        try:
            assert post(f"{url}/500/endless") == f"HTTP 500 Internal Server Error: {'x' * http.ANSWER}"
            assert post(f"{url}/500/drips") == post(f"{url}/500/bomb") == "HTTP 500 Internal Server Error"
            assert post(f"{url}/200/headers_without_end") == "its answer is none that HTTP knows"
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()


def test_what_it_says_is_one_harmless_line() -> None:
    with serving(Hostile) as url:
        said = post(f"{url}/500/says_in_words")
    assert said == r"HTTP 500 Internal Server Error: \x1b[2Jgo away\r\nlevel=error \u202e<!channel>"
