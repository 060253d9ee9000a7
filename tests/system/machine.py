"""A computer that can be booted: Debian with systemd as PID 1 in a container, standing in a network namespace."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.system.debian import base

PATIENCE = 60.0
"""Seconds for a boot, a shutdown, and whatever a test waits for."""
REBOOT = 133
"""How systemd-nspawn ends when the container asks for a reboot: the one who has started it starts it again."""
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}


@dataclass
class Machine:
    """``folder``: for its disk, which outlives a reboot; ``namespace``: the network that it finds itself in.

    ``more``: options of systemd-nspawn.
    """

    folder: Path
    namespace: str
    more: tuple[str, ...] = ()
    _nspawn: subprocess.Popen[bytes] | None = None
    _leader: int = 0
    """PID 1 of the container, by its number out here."""
    _boots: int = 0
    _console: IO[bytes] = field(init=False)

    def __post_init__(self) -> None:
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir(parents=True)
        layers = f"lowerdir={base()},upperdir={self.folder / 'upper'},workdir={self.folder / 'work'}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], check=True)
        self._console = (self.folder / "console").open("ab")

    @property
    def root(self) -> Path:
        """Its disk, as seen from outside."""
        return self.folder / "root"

    def boot(self) -> None:
        """Start it and wait until systemd says that everything is up."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            where = self.folder / f"notify{self._boots}"
            told.bind(str(where))
            told.settimeout(PATIENCE)
            self._boots += 1
            self._nspawn = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=self._console,
                stderr=subprocess.STDOUT,
                env=ENVIRONMENT | {"NOTIFY_SOCKET": str(where)},
                start_new_session=True,
            )
            self._wait_for_ready(told)

    def _command(self) -> list[str]:
        """`--suppress-sync`: nobody pulls the plug of this disk, and dpkg syncs a lot."""
        network = f"--network-namespace-path=/run/netns/{self.namespace}"
        alone = ["--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--timezone=off"]
        return [
            *(
                "systemd-nspawn",
                "--quiet",
                "--boot",
                f"--directory={self.root}",
                f"--machine={self.namespace}",
                network,
                *alone,
                *self.more,
            ),
            *("--notify-ready=yes", "--suppress-sync=yes", "--console=pipe"),
        ]

    def _wait_for_ready(self, told: socket.socket) -> None:
        """systemd-nspawn tells the leader's PID first, and hands READY=1 of the container's systemd on."""
        while True:
            lines = told.recv(65536).decode().split("\n")
            for line in lines:
                if line.startswith("X_NSPAWN_LEADER_PID="):
                    self._leader = int(line.partition("=")[2])
            if "READY=1" in lines:
                return

    def run(self, *words: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command as root on the machine. Raises: AssertionError if it fails, with what it said."""
        entered = ["nsenter", f"--target={self._leader}", "--all", "--root", "--wdns=/", "--", *map(str, words)]
        ran = subprocess.run(entered, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert not check or ran.returncode == 0, f"{words} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}"
        return ran

    def systemctl(self, *words: str) -> str:
        return self.run("systemctl", *words).stdout

    def property(self, unit: str, name: str) -> str:
        """`MainPID`, `ActiveState`, `StatusText`, `NRestarts`, …"""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()

    def journal(self, unit: str, *words: str) -> str:
        """What a unit has said since the machine has come up."""
        return self.run("journalctl", "--no-pager", "--output=cat", "--boot", f"--unit={unit}", *words).stdout

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """A file of root's on its disk, running or not."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)

    def globbed(self, pattern: str) -> list[str]:
        """The paths that match, on the machine."""
        return sorted(f"/{path.relative_to(self.root)}" for path in self.root.glob(pattern.lstrip("/")))

    def dropin(self, name: str, lines: str) -> None:
        """A person's additions to the service, in force from its next start on; none for no ``lines``."""
        path = f"/etc/systemd/system/reconciler.service.d/{name}.conf"
        if lines:
            self.write(path, f"[Service]\n{lines}")
        else:
            (self.root / path.lstrip("/")).unlink()
        self.systemctl("daemon-reload")

    def signal(self, unit: str, number: signal.Signals) -> None:
        """To the unit's main process, as a person would."""
        self.run("kill", f"-{number.value}", self.property(unit, "MainPID"))

    def reboot(self) -> None:
        """From inside; returns when it is up again."""
        self._end("reboot", REBOOT)
        self.boot()

    def poweroff(self) -> None:
        self._end("poweroff", 0)

    def _end(self, verb: str, code: int) -> None:
        assert self._nspawn is not None
        self.run("systemctl", "--no-block", verb)
        assert self._nspawn.wait(PATIENCE) == code
        self._nspawn = None

    def close(self) -> None:
        """End it as a power cut does, and take its disk away."""
        if self._nspawn is not None:
            if self._leader:
                os.kill(self._leader, signal.SIGKILL)
            self._nspawn.wait(PATIENCE)
        self._console.close()
        subprocess.run(["umount", self.root], check=True)
        shutil.rmtree(self.folder)
        with suppress(FileNotFoundError):  # systemd-nspawn leaves it behind where /run is no tmpfs
            Path("/run/systemd/nspawn/propagate", self.namespace).rmdir()


def until(holds: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Seconds until ``holds`` was true. Raises: AssertionError when it does not become true."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < patience, "it has not come true"
        time.sleep(0.05)
    return time.monotonic() - began
