"""Debian's prometheus-alertmanager on the loopback, which tells a recording server of what it hears."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from reconciler.lab import netns

T = TypeVar("T")
DEBIAN = Path(sys.prefix) / "debian"
BINARY = DEBIAN / "usr/bin/prometheus-alertmanager"
HERE = 'mount -t tmpfs none /usr/share && ln -s "$0" /usr/share/prometheus && exec "$@"'
"""It wants its templates in /usr/share, where in a mount namespace of its own there is nothing else."""
CONFIG = """
route: {{receiver: people, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - {{name: people, webhook_configs: [{{url: "{url}", send_resolved: true}}]}}
"""


@dataclass
class Running:
    """``namespace``: the network that it is in; empty: ours."""

    url: str
    namespace: str = ""

    def alerts(self) -> list[dict[str, Any]]:
        """What it knows of now."""
        found: list[dict[str, Any]] = json.loads(self.get("/api/v2/alerts"))
        return found

    def get(self, path: str) -> bytes:
        """Raises: OSError."""
        return inside(self.namespace, lambda: _got(f"{self.url}{path}"))


def _got(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        found: bytes = answer.read()
        return found


def inside(namespace: str, work: Callable[[], T]) -> T:
    """Do ``work`` in that network."""
    return netns.within(namespace, work) if namespace else work()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def alertmanager(folder: Path, people: str, namespace: str = "") -> Iterator[Running]:
    """``people``: whom it tells. Raises: pytest.skip where it is not installed."""
    if not BINARY.exists():
        pytest.skip(f"Debian's prometheus-alertmanager is not at {BINARY}")
    (folder / "alertmanager.yml").write_text(CONFIG.format(url=people))
    port = inside(namespace, free_port)
    line = [
        *(("ip", "netns", "exec", namespace) if namespace else ()),
        *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", HERE, str(DEBIAN / "usr/share/prometheus")),
        *(str(BINARY), f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"),
    ]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            running = Running(f"http://127.0.0.1:{port}", namespace)
            _ready(running)
            yield running
        finally:
            process.kill()


def _ready(running: Running) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            running.get("/-/ready")
            return
        except OSError:
            assert time.monotonic() < end, "it does not come up"
            time.sleep(0.05)
