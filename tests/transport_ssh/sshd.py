"""A real OpenSSH server on loopback, for one test: a port, a host key and authorized keys of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CONFIG = """\
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
UseDNS no
LogLevel VERBOSE
SetEnv SHLVL=1
{more}
"""
"""With that bash is no first shell, and reads no ~/.bashrc of whoever runs the tests (bash(1)): it may wait for a lock
that a shell has left which was killed.
"""


def keypair(path: Path, *, passphrase: str = "") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)], check=True)
    return path


@contextmanager
def running(folder: Path) -> Iterator[Sshd]:
    """A server that is stopped again; where none can be started the test is skipped."""
    if os.geteuid() != 0 or shutil.which("sshd") is None:
        pytest.skip("needs root and OpenSSH's sshd")
    server = Sshd(folder)
    server.prepare()
    server.start()
    yield server
    server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Sshd:
    """Runs until stopped; ``log`` is what it said, ``known_hosts`` a file that knows it."""

    folder: Path
    more: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def key(self) -> Path:
        return self.folder / "id"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def prepare(self) -> None:
        keypair(self.folder / "host_key")
        keypair(self.key)
        shutil.copy(self.folder / "id.pub", self.folder / "authorized_keys")
        host_key = (self.folder / "host_key.pub").read_text()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {host_key}")
        (self.folder / "config").write_text(CONFIG.format(folder=self.folder, more=self.more))

    def start(self) -> None:
        Path("/run/sshd").mkdir(exist_ok=True)
        command = [str(shutil.which("sshd")), "-D", "-e", "-p", str(self.port), "-f", str(self.folder / "config")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise TimeoutError(self.log)

    def stop(self) -> None:
        """The server, and every session that it has started."""
        assert self.process is not None
        for pid in reversed(self.descendants()):
            _signal(pid, signal.SIGCONT)
            _signal(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def descendants(self, named: str = "") -> Sequence[int]:
        """Processes below the server, parents first; only those whose command line has ``named`` in it."""
        assert self.process is not None
        found, queue = [], [self.process.pid]
        while queue:
            children = _children(queue.pop(0))
            queue += children
            found += children
        return [pid for pid in found if named in _command_line(pid)]


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
