"""A real `reconcile daemon` on a lab's jump host: all that it says as it says it, what it costs, how it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.cli.control import Control
from reconciler.lab import state, world
from reconciler.lab.state import Lab

ROOT = Path(__file__).parents[1]
LAB = [sys.executable, "-m", "reconciler.lab"]
START = [sys.executable, "-m", "reconciler"]
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0
SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {{name: bench}}
spec:
  source: {{path: {desired}}}
  inventory: {inventory}
  state: {folder}/state
  socket: {folder}/control.sock
  listen: {{syslog: ["udp://0.0.0.0:514"]}}
  fights: {{flips: 100, within: 10s}}
  loop: {loop}
  log: {{format: json}}
"""
"""One entry is broken again and again, and that is no fight."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the daemon's log. ``at``: when it was said, seconds since the epoch."""

    at: float
    kind: str
    device: str
    words: str
    data: Mapping[str, Any]


class Daemon:
    """Use as a context manager: it ends by SIGTERM."""

    def __init__(self, lab: Lab, folder: Path, desired: Path, loop: str = "{}", start: Sequence[str] = START) -> None:
        self.lab, self.folder, self.desired = lab, folder, desired
        config = folder / "config.yaml"
        values = {"desired": desired, "inventory": lab.inventory, "folder": folder, "loop": loop}
        config.write_text(SETTINGS.format_map(values), encoding="utf-8")
        self._line = [*LAB, "exec", "--name", lab.name, "jump", "--", *start, "daemon", "--config", str(config)]
        self._control = Control(folder / "control.sock")
        self._told: list[Told] = []
        self._more = threading.Condition()

    def __enter__(self) -> Daemon:
        self._process = subprocess.Popen(self._line, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._reader.join(PATIENCE)

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        for line in self._process.stderr or ():
            one = _told(line)
            with self._more:
                self._told.append(one)
                self._more.notify_all()

    @property
    def mark(self) -> int:
        """How much it has said so far."""
        return len(self._told)

    def told(self, since: int = 0) -> list[Told]:
        return self._told[since:]

    def wait(self, kind: str, device: str = "", since: int = 0, patience: float = PATIENCE) -> Told:
        """The first such event that was said after ``since``. Raises: TimeoutError, with what was said instead."""
        return self.until(
            lambda one: one.kind == kind and device in ("", one.device), since, patience, f"{kind} {device}"
        )

    def until(self, fits: Callable[[Told], bool], since: int, patience: float = PATIENCE, what: str = "that") -> Told:
        """Raises: TimeoutError."""
        deadline = time.monotonic() + patience
        with self._more:
            while True:
                if found := next(filter(fits, self._told[since:]), None):
                    return found
                if not self._more.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    said = "\n".join(one.words for one in self._told[since:][-10:])
                    raise TimeoutError(f"no {what} within {patience:g} s; it said:\n{said}")

    def ready(self) -> float:
        """Wait until all is as desired; seconds of the rollout."""
        return float(self.wait("rollout").data["took"])

    def status(self) -> dict[str, Any]:
        return self._control.get("/v1/status")

    def poke(self) -> None:
        """Somebody has pushed."""
        self._control.post("/v1/poke", {})

    def reads(self) -> dict[str, int]:
        return {name: one["reads"] for name, one in self.status()["devices"].items()}

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss(self) -> float:
        """Megabytes that are resident."""
        return (
            int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
            * os.sysconf("SC_PAGESIZE")
            / 1e6
        )


def _told(line: str) -> Told:
    """What is not JSON is a traceback, and stays readable."""
    try:
        data = json.loads(line)
        at = datetime.fromisoformat(data["timestamp"].replace("Z", "+00:00")).timestamp()
        return Told(at, data["event"], data.get("device", ""), data["words"], data)
    except (ValueError, KeyError):
        return Told(time.time(), "stderr", "", line, {})


@contextmanager
def lab_and_daemon(*options: str, loop: str = "{}", start: Sequence[str] = START) -> Iterator[Daemon]:
    """The seed's lab, or another one by ``options`` of `lab up`, bare, and a daemon that has just been started."""
    name = f"d{uuid.uuid4().hex[:6]}"
    with tempfile.TemporaryDirectory(prefix="daemon-") as folder:
        subprocess.run([*LAB, "up", "--name", name, *options], check=True, stdout=subprocess.DEVNULL)
        try:
            lab = state.get(name)
            desired = lab.folder / "desired" if lab.documents else ROOT / "desired"
            with Daemon(lab, Path(folder), desired, loop, start) as daemon:
                yield daemon
        finally:
            world.down(name)
