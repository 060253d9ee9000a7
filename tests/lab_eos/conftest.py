"""A switch without a kernel behind it, and terminals on it; or the real process, spoken to over SSH."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import pytest

from reconciler.lab.eos import local, render
from reconciler.lab.eos.cli import Cli
from reconciler.lab.eos.clock import now
from reconciler.lab.eos.links import NamedLinks
from reconciler.lab.eos.sha512crypt import hashed
from reconciler.lab.eos.switch import RELEASE, Model, Switch
from reconciler.lab.eos.syslog import Actor

SEED = Path(__file__).parents[2] / "reconciler" / "lab" / "data" / "ceos01.cfg"
PORTS = ("eth0", "eth1", "eth2", "eth3", "eth4")
PLAIN = "admin"
HASHED = f"sha512 {hashed(PLAIN)}"
"""Once for all boxes: hashing takes longer than everything else that a switch does to boot."""
MANAGEMENT = "interface Management0\n   ip address 172.20.20.2/24\n"


@dataclass
class Box:
    """A switch in this process; ``down``: ports without carrier; its clock goes as `later` says."""

    folder: Path
    startup: str = "hostname ceos01\n"
    down: set[str] = field(default_factory=set)
    release: str = RELEASE
    ahead: float = 0.0
    ports: Sequence[str] = PORTS

    def __post_init__(self) -> None:
        links = NamedLinks(self.ports, lambda port: port in self.down)
        model = Model(self.release, lambda: now() + self.ahead)
        self.switch = Switch("ceos01", self.folder, links, lambda _config, _ports: None, model)
        text = self.startup.replace(f" secret {PLAIN}\n", f" secret {HASHED}\n")
        user = "" if "username admin" in text else f"username admin privilege 15 secret {HASHED}\n"
        self.refused = self.switch.boot(f"{text}!\n{user}{MANAGEMENT}", ("admin", PLAIN))

    def later(self, seconds: float) -> None:
        """Time passes."""
        self.ahead += seconds

    def cli(self, *lines: str, privileged: bool = True) -> Cli:
        """A new terminal on which ``lines`` have been typed."""
        cli = Cli(self.switch, Actor("admin", "vty3", "10.0.0.5"), privileged=privileged)
        for line in lines:
            cli.execute(line)
        return cli

    def ask(self, *lines: str) -> str:
        """The answers to ``lines``, typed on a terminal of their own."""
        cli = self.cli()
        return "".join(cli.execute(line).text for line in lines)

    def configure(self, *lines: str) -> str:
        return self.ask("configure", *lines)

    @property
    def text(self) -> str:
        return render.text(self.switch.running)

    def section(self, name: str) -> list[str]:
        """The lines of a section, without its head."""
        for stanza in self.text.split("!\n"):
            head, *body = stanza.splitlines()
            if head == name:
                return [line.strip() for line in body]
        raise KeyError(name)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A bare switch."""
    return Box(tmp_path / "state")


@pytest.fixture
def seed(tmp_path: Path) -> Box:
    """The switch of the seed's lab."""
    return Box(tmp_path / "state", SEED.read_text())


@dataclass
class Server:
    """The switch as a process of its own on a free port of loopback, without data plane."""

    folder: Path
    port: int
    release: str = RELEASE

    def start(self) -> None:
        options = ["--hostname", "ceos01", "--state-dir", str(self.folder), "--listen", "127.0.0.1"]
        options += ["--port", str(self.port), "--host-key", str(self.folder / "key"), "--no-dataplane"]
        options += ["--eos-version", self.release, "--startup-config", str(SEED), "--ports", ",".join(PORTS)]
        command = [sys.executable, "-m", "reconciler.lab.eos", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=5)
        return self.process.returncode

    def console(self, *lines: str) -> str:
        return local.run(self.folder / "cli.sock", lines)


@contextmanager
def serving(folder: Path, release: str = RELEASE) -> Iterator[Server]:
    """The switch as a process, while the block lasts."""
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(folder / "key")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Server(folder, port, release)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "a-folder-with-a-name-that-is-longer-than-the-path-of-a-unix-socket-may-be" / ("x" * 40)
    folder.mkdir(parents=True)
    with serving(folder) as running:
        yield running
