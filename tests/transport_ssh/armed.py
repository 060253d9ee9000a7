"""What tests of transactions need: a node to change, a way back, and what is left of a transaction on this machine."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from reconciler.core.change import Change
from reconciler.core.driver import Line, Reading, Script
from reconciler.core.resource import Key, Resource, state_of
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.route import Route
from reconciler.transport.ssh import SshTransport
from reconciler.transport.this_run import this_run, transaction_name

DRIVER = LinuxDriver()
FOLDERS = Path("/run/reconciler-undo")
ROUTES = [Route(dst=f"10.{number}.0.0/16", gateway="10.10.10.1", dev="eth1", protocol=142) for number in range(1, 6)]


def words(*lines: str) -> tuple[Line, ...]:
    split = (line.partition(" ") for line in lines)
    return tuple(Line(program, text, Change(None, ROUTES[0])) for program, _, text in split)


def puts(*routes: Resource) -> Script:
    return plain(DRIVER.write([Change(None, route) for route in routes], Reading({})))


def drops(*routes: Resource) -> Script:
    """Also makes: what was not there cannot be deleted, and that is no failure."""
    return DRIVER.write([Change(route, None) for route in routes], Reading(state_of(routes)))


def plain(script: Script) -> Script:
    """It expects nothing."""
    return Script(script.makes, script.breaks)


def name(number: int) -> str:
    return transaction_name(this_run(), number)


def left(text: str) -> list[str]:
    """Files and processes on this machine that have ``text`` in their name."""
    folders = [str(path) for path in FOLDERS.glob("*") if text in path.name]
    commands = {path: _read(path / "cmdline") for path in Path("/proc").iterdir() if path.name.isdigit()}
    return folders + [f"{path.name}: {command}" for path, command in commands.items() if text in command]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def eventually(holds: Callable[[], object], seconds: float = 5) -> float:
    """After so many seconds."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "in vain"
        time.sleep(0.02)
    return time.monotonic() - began


@dataclass(frozen=True)
class Node:
    """The namespace itself, without SSH."""

    namespace: str

    def runs(self, text: str) -> str:
        command = ["ip", "netns", "exec", self.namespace, "sh", "-ec", text]
        return subprocess.run(command, check=True, text=True, capture_output=True).stdout

    def fires(self, number: int, after: float = 0) -> subprocess.Popen[bytes]:
        """What a transaction's timer does when it is time."""
        (folder,) = (path for path in FOLDERS.glob("*") if path.name.startswith(f"{name(number)}."))
        run = f"sleep {after:g}; exec sh {folder}/run {folder}"
        return subprocess.Popen(["ip", "netns", "exec", self.namespace, "sh", "-c", run])

    def has(self, routes: Iterable[Route]) -> list[bool]:
        shown = self.runs("ip -4 route show table all").split()
        return [route.dst in shown for route in routes]


async def found(transport: SshTransport) -> dict[Key, Resource]:
    return dict(LinuxDriver().read(await transport.query(DRIVER.questions)).found)
