"""A real HTTP server that records what it is sent, and answers as it is told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Place = Callable[[Callable[[], ThreadingHTTPServer]], ThreadingHTTPServer]
"""Opens the server's socket, in a network namespace of its own where need be."""


@dataclass
class Call:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Recorder:
    """``answers``: status and headers of the next ones; then 200. ``said``: the body of each."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    said: bytes = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def told(self) -> list[tuple[str, str]]:
        """Status and subject of every alert of a webhook's calls, in order."""
        return [(one["status"], one["subject"]) for call in self.calls for one in call.document["alerts"]]


@contextmanager
def recording(
    port: int = 0, certificate: tuple[Path, Path] | None = None, place: Place = lambda make: make()
) -> Iterator[Recorder]:
    """``certificate``: its file and that of its key, for TLS."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = recorder.answers.pop(0) if recorder.answers else (200, {})
            recorder.calls.append(Call(self.path, dict(self.headers), body))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(recorder.said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(recorder.said)

        def log_message(self, *args: object) -> None:
            pass

    server = place(lambda: ThreadingHTTPServer(("127.0.0.1", port), Handler))
    recorder.port = server.server_port
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
