"""Long-running processes of a lab: started in a namespace, ready when they say so, found again when all else fails."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import netns
from .errors import LabError
from .prerequisites import SYSTEM_PATH

MARK = "RECONCILER_LAB"
"""In the environment of all that `lab up` starts: `lab down` also finds what has not entered a namespace yet."""
OURS = str(Path(__file__).parents[2])
"""Where a Python that we start finds us: the Debian package keeps us outside of Python's own folders."""
PATIENCE = 60.0
"""Seconds until a silent process counts as failed; 500 hosts on two processors need a while."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A process that has been started and will print a line that begins with ``ready``."""

    what: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> list[str]:
        """The words after ``ready``; raises with the last line of the log when it ends or stays silent."""
        line = self._line(time.monotonic() + PATIENCE)
        if not line.startswith(b"ready"):
            raise LabError(f"{self.what} did not start: {_last_line(self.log) or 'it said nothing'}")
        return line.decode().split()[1:]

    def _line(self, deadline: float) -> bytes:
        """Its next line of output; empty at the end of its output or at the deadline."""
        line, pipe = b"", self.process.stdout
        assert pipe is not None
        while not line.endswith(b"\n") and select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
            chunk = os.read(pipe.fileno(), 4096)
            if not chunk:
                break
            line += chunk
        return line


def start(what: str, command: Sequence[str], log: Path, cwd: Path | None = None) -> Daemon:
    """Start ``command`` away from our terminal; its errors go to ``log``."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            env={"PATH": SYSTEM_PATH, "HOME": "/root", "LANG": "C.UTF-8", "PYTHONPATH": OURS, MARK: os.environ[MARK]},
        )
    return Daemon(what, process, log)


@contextmanager
def marked(lab: str) -> Iterator[None]:
    """While this holds, all that we start carries the mark of ``lab``."""
    before = os.environ.get(MARK)
    os.environ[MARK] = lab
    try:
        yield
    finally:
        del os.environ[MARK]
        if before is not None:
            os.environ[MARK] = before


def of(lab: str, namespaces: Sequence[str]) -> list[int]:
    """All processes of ``lab`` but ourselves and our ancestors (who may sit in `lab shell`)."""
    spared = set(_ancestors())
    return [pid for pid in {*netns.processes(namespaces), *_marked(lab)} if pid not in spared]


def _marked(lab: str) -> Iterator[int]:
    mark = f"{MARK}={lab}\0".encode()
    for pid in netns.pids():
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:  # it ended, or it is a kernel thread
            continue
        if environment.startswith(mark) or b"\0" + mark in environment:
            yield pid


def _ancestors() -> Iterator[int]:
    pid = os.getpid()
    while pid:
        yield pid
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
