"""What stands between kubectl and the lab's API server, and refuses, breaks off or denies all knowledge."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REASONS = {403: "Forbidden", 500: "InternalError", 503: "ServiceUnavailable"}


class Gate(ThreadingHTTPServer):
    """``rules``: what happens to a path that holds the text; a number refuses with it. Everything else passes.

    ``served``: bodies of paths that the lab's server has never heard of.
    """

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), Passage)
        self.upstream = f"http://127.0.0.1:{upstream}"
        self.rules: dict[str, int | str] = {}
        self.served: dict[str, str] = {}

    def rule(self, path: str) -> int | str | None:
        return next((rule for text, rule in self.rules.items() if text in path), None)


class Passage(BaseHTTPRequestHandler):
    server: Gate

    def do_GET(self) -> None:
        rule = self.server.rule(self.path)
        if isinstance(rule, int):
            self._answer(rule, self._refusal(rule))
            return
        code, body = self._asked()
        if rule == "cut":  # the connection breaks off
            self._answer(code, body[: len(body) // 2], promised=len(body))
        elif rule == "torn":  # whoever answers believes that this is all
            self._answer(code, body[: len(body) // 2])
        else:
            self._answer(code, body if rule is None else str(rule).encode())

    def _asked(self) -> tuple[int, bytes]:
        if self.path.partition("?")[0] in self.server.served:
            return 200, self.server.served[self.path.partition("?")[0]].encode()
        try:
            with urllib.request.urlopen(f"{self.server.upstream}{self.path}", timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def _refusal(self, code: int) -> bytes:
        """As Kubernetes refuses; what it has never heard of gets no Status."""
        if code == 404:
            return b"404 page not found\n"
        about = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        return json.dumps({**about, "message": f"refused {self.path}", "reason": REASONS[code], "code": code}).encode()

    def _answer(self, code: int, body: bytes, promised: int | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "text/plain" if code == 404 else "application/json")
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing."""


@contextmanager
def gate(upstream: int) -> Iterator[Gate]:
    """A gate before the API server on port ``upstream`` of loopback."""
    with Gate(upstream) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.shutdown()
