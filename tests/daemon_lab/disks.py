"""A real daemon in the lab whose state directory is a small disk of its own, seen by nobody else."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from benchmarks.daemon import START, Daemon, lab_and_daemon
from reconciler.lab import enter

FIFREEZE, FITHAW = 0xC0045877, 0xC0045878
"""ioctl_fsfreeze: whoever writes to the file system waits, until it is thawed (include/uapi/linux/fs.h)."""
SMALL = 'mount -t tmpfs -o size=6m,mode=0755 tmpfs "$state"'
IMAGE = (
    'truncate -s 16M "$folder/disk"; mkfs.ext4 -q -e remount-ro "$folder/disk"; mount -o loop "$folder/disk" "$state"'
)
LOST = "10.10.20.0/24"
"""A route that each of the nodes below is to have."""


def on(disk: str) -> list[str]:
    """What starts the daemon, whose last word is its settings' file, with such a state directory."""
    words = 'for config; do :; done; folder=$(dirname "$config"); state=$folder/state; mkdir -p "$state"'
    line = ["unshare", "-m", "--propagation", "private", "sh", "-ec", f'{words}; {disk}; exec "$@"', "sh"]
    return [*line, *START]


class Place:
    """The daemon, its disk, and who looks."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.state = daemon.folder / "state"

    def inside(self, line: str, *, code: int | None = 0) -> str:
        """A line of shell where the daemon sees its files, in its state directory."""
        words = ["nsenter", "-t", str(self.daemon.pid), "-m", "sh", "-c", f"cd {self.state}; {line}"]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=30)
        assert code is None or ran.returncode == code, ran.stderr
        return ran.stdout

    def python(self, text: str) -> None:
        """In the same place, with the path of the journal as ``path``."""
        self.inside(f"{sys.executable} -c 'import glob, sqlite3; path, = glob.glob(\"journal-*.db\"); {text}'")

    def reconcile(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"RECONCILE_SOCKET": str(self.daemon.folder / "control.sock"), "COLUMNS": "400"}
        line = [sys.executable, "-m", "reconciler", *words]
        return subprocess.run(line, capture_output=True, text=True, timeout=60, env=environment)

    def history(self, *words: str) -> list[dict[str, Any]]:
        """The oldest first."""
        found: list[dict[str, Any]] = json.loads(self.reconcile("history", "-o", "json", *words).stdout)["entries"]
        return found[::-1]

    def lose(self, node: str) -> None:
        """Somebody deletes the route."""
        line, environment = enter.on_host(self.daemon.lab.member(node), ["ip", "route", "del", LOST])
        subprocess.run(line, check=True, env=environment, timeout=30)

    def has(self, node: str) -> bool:
        line, environment = enter.on_host(self.daemon.lab.member(node), ["ip", "route", "show", LOST])
        return bool(subprocess.run(line, check=True, env=environment, timeout=30, capture_output=True).stdout)

    def healed(self, node: str, patience: float = 10.0) -> bool:
        """Whether it is there within so many seconds."""
        return until(lambda: self.has(node), patience)

    def waits(self, node: str) -> bool:
        """Whether nothing is applied there, and the status says so."""
        return until(lambda: self.phase(node) == "withheld", 20.0) and not self.has(node)

    def phase(self, node: str) -> str:
        return str(self.daemon.status()["devices"][node]["phase"])

    def said(self, kind: str, since: int = 0) -> list[str]:
        """Words that stand in the log, in order."""
        return [one.words for one in self.daemon.told(since) if one.kind == kind]

    def reload(self, **values: str) -> None:
        """Other settings from now on, below ``spec``."""
        config = self.daemon.folder / "config.yaml"
        kept = [line for line in config.read_text().splitlines() if not line.strip().startswith(tuple(values))]
        config.write_text("\n".join([*kept, *(f"  {name}: {text}" for name, text in values.items())]) + "\n")
        mark = self.daemon.mark
        os.kill(self.daemon.pid, signal.SIGHUP)
        self.daemon.wait("reload", since=mark)


def until(holds: Callable[[], bool], patience: float) -> bool:
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def place(disk: str) -> Iterator[Place]:
    with lab_and_daemon(start=on(disk)) as daemon:
        daemon.ready()
        daemon.wait("ready")
        yield Place(daemon)
        assert [one.words for one in daemon.told() if one.kind in ("mistake", "stderr")] == []


@contextmanager
def frozen(place: Place) -> Iterator[None]:
    """The disk hangs: nobody who writes to it comes back. One that was opened before can always be thawed."""
    folder = os.open(f"/proc/{place.daemon.pid}/root{place.state}", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.ioctl(folder, FIFREEZE, 0)
        yield
    finally:
        with suppress(OSError):
            fcntl.ioctl(folder, FITHAW, 0)
        os.close(folder)
