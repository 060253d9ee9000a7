"""The lab's EOS switch as a process on a loopback port, without its data plane, and a console to break it from."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from reconciler.core.change import Change, diff
from reconciler.core.driver import Failure, Script
from reconciler.core.resource import Live, Resource, state_of
from reconciler.lab.eos import local
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver, EosReading
from reconciler.transport.netmiko import NetmikoTransport, Settings

STARTUP = """hostname ceos01
!
vlan 900,910
   name theirs
   trunk group THEIRS
!
interface Ethernet1
   description ceos01#show | "quoted" > ceos01>
   spanning-tree portfast edge
!
interface Ethernet8
   description theirs
   switchport access vlan 900
!
interface Management0
   ip address 172.20.20.2/24
!
interface Vlan900
   description ceos01#
   ip address 10.90.0.1/24
   ip virtual-router address 10.90.0.254
!
no ip routing
!
ip route 172.31.0.0/16 172.20.20.1
!
banner motd
ceos01#
interface Ethernet1
   shutdown
end
> EOF #
EOF
!
end
"""
OURS = range(2, 900)
PORTS = "eth0," + ",".join(f"eth{number}" for number in range(1, 9))


@dataclass(frozen=True)
class LabSwitch:
    """``console`` types lines at the switch, as somebody else would, and gives back what it answers."""

    settings: Settings
    folder: Path

    def console(self, *lines: str) -> str:
        return local.run(self.folder / "cli.sock", list(lines))

    def pending(self) -> list[str]:
        """Names of the configuration sessions that are open."""
        table = self.console("show configuration sessions").rpartition("-----")[2]
        rows = [row.lstrip("* ").split() for row in table.splitlines()[1:]]
        return sorted(row[0] for row in rows if row[1:2] == ["pending"])

    def typed(self) -> list[str]:
        """All lines that came over SSH."""
        return [line.partition(" ")[2] for line in (self.folder / "input.log").read_text().splitlines()]


@contextmanager
def lab_switch(folder: Path, startup: str, *more: str) -> Iterator[LabSwitch]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    (folder / "host_key").write_bytes(key.export_private_key())
    (folder / "host_key").chmod(0o600)
    (folder / "startup-config").write_text(startup)
    port = _free_port()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    words = ["--no-dataplane", "--listen", "127.0.0.1", "--port", str(port), "--hostname", "ceos01"]
    words += ["--state-dir", str(folder), "--host-key", str(folder / "host_key")]
    words += ["--startup-config", str(folder / "startup-config"), "--ports", PORTS, *more]
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "reconciler.lab.eos", *words]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
        try:
            _await_port(process, port, folder / "log")
            yield LabSwitch(_settings(folder, port), folder)
        finally:
            process.terminate()
            process.wait(10)


def _settings(folder: Path, port: int) -> Settings:
    return Settings(
        host="127.0.0.1",
        port=port,
        username="admin",
        password="admin",
        known_hosts=folder / "known_hosts",
        connect_timeout=10,
        command_timeout=10,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"no switch at port {port}: {log.read_text()}")


@dataclass(frozen=True)
class Cycle:
    """Driver and transport put together, as an engine does it."""

    driver: EosDriver
    transport: NetmikoTransport

    async def read(self) -> EosReading:
        return self.driver.read(await self.transport.query(self.driver.questions))

    def plan(self, reading: EosReading, wishes: Sequence[Resource], vlans: range, *, routes: bool) -> list[Change]:
        want = state_of(wishes)
        claim = SwitchClaim(frozenset(want), frozenset(vlans), routes)
        ours = {key: resource for key, resource in reading.found.items() if claim.owns(resource)}
        foreign = {key: resource for key, resource in reading.found.items() if key not in ours}
        return [change for change in diff(want, Live(ours, foreign)) if change.key not in reading.session]

    def script(self, reading: EosReading, changes: Sequence[Change]) -> Script:
        return self.driver.write(changes, reading)

    async def apply(self, reading: EosReading, changes: Sequence[Change]) -> Sequence[Failure]:
        return await self.transport.apply(self.script(reading, changes))


async def converge(cycle: Cycle, wishes: Sequence[Resource]) -> Sequence[Failure]:
    reading = await cycle.read()
    return await cycle.apply(reading, cycle.plan(reading, wishes, OURS, routes=True))


async def assert_converged(cycle: Cycle, wishes: Sequence[Resource]) -> None:
    assert await converge(cycle, wishes) == []
    reading = await cycle.read()
    assert cycle.plan(reading, wishes, OURS, routes=True) == []
    for wish in wishes:
        assert wish.lens(reading.found[wish.key]) == wish
