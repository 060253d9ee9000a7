"""A terminal behind a real SSH server that misbehaves on demand: it hangs, is cut off, changes its name.

It keeps no configuration; what a switch means is tested on the lab's switch.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from reconciler.transport.netmiko import Settings

CONFIG = "! Command: show running-config\nhostname ceos01\n!\nbanner motd\nceos01#ceos01>\nEOF\n!\nend\n"


@dataclass
class Behaviour:
    """What the terminal is asked for (``said``) and how it behaves.

    ``hold_at``: a line whose answer waits for ``released``. ``deaf``: so many logins, the first ones, get no answer.
    ``full``: whoever logs in is refused a session, as by a switch that has too many.
    """

    name: str = "ceos01"
    password: str = "right"
    public_key: str = ""
    secret: str = ""
    banner: str = ""
    answers: dict[str, str] = field(default_factory=lambda: {"show running-config": CONFIG})
    hang_at: str = ""
    cut_at: str = ""
    cut_after: str = ""
    hold_at: str = ""
    piece: int = 0
    delay: float = 0.0
    said: list[str] = field(default_factory=list)
    logins: int = 0
    refused: int = 0
    deaf: int = 0
    full: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)
    processes: list[asyncssh.SSHServerProcess[str]] = field(default_factory=list)

    def hang_up(self) -> None:
        """As a switch does with who has been silent for too long."""
        while self.processes:
            self.processes.pop().channel.get_connection().abort()

    async def has_heard(self, line: str) -> None:
        async with asyncio.timeout(60):
            while line not in self.said:
                await asyncio.sleep(0.01)


class _Server(asyncssh.SSHServer):
    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        right = password == self._behaviour.password
        self._behaviour.refused += not right
        return right

    def public_key_auth_supported(self) -> bool:
        return bool(self._behaviour.public_key)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.export_public_key().decode() == self._behaviour.public_key


@dataclass
class Listening:
    """A running server, its host key, and the settings that reach it."""

    behaviour: Behaviour
    settings: Settings
    stop: Callable[[], None]


@asynccontextmanager
async def terminal(folder: Path, behaviour: Behaviour) -> AsyncIterator[Listening]:
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def talk(process: asyncssh.SSHServerProcess[str]) -> None:
        behaviour.logins += 1
        behaviour.processes.append(process)
        await _talk(process, behaviour, behaviour.logins)

    server = await asyncssh.create_server(
        lambda: _Server(behaviour),
        "127.0.0.1",
        0,
        server_host_keys=[key],
        process_factory=None if behaviour.full else talk,
        line_editor=False,
    )
    port = server.get_port()
    known_hosts = folder / "known_hosts"
    known_hosts.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    settings = Settings(
        host="127.0.0.1",
        port=port,
        username="admin",
        password="right",
        known_hosts=known_hosts,
        connect_timeout=4,
        command_timeout=2,
    )
    try:
        yield Listening(behaviour, settings, server.close)
    finally:
        server.close()


async def _talk(process: asyncssh.SSHServerProcess[str], behaviour: Behaviour, login: int) -> None:
    mode = ">"
    process.stdout.write(behaviour.banner.replace("\n", "\r\n") + f"{behaviour.name}{mode}")
    while True:
        line = (await process.stdin.readline()).rstrip("\r\n")
        if process.stdin.at_eof():
            return process.exit(0)
        if line:
            behaviour.said.append(line)
        await asyncio.sleep(behaviour.delay)
        process.stdout.write(f"{line}\r\n")
        if line == "enable" and behaviour.secret:
            process.stdout.write("Password: ")
            given = (await process.stdin.readline()).rstrip("\r\n")
            mode = "#" if given == behaviour.secret else mode
            process.stdout.write("\r\n" if mode == "#" else "\r\n% Bad secret\r\n")
        elif line == "enable":
            mode = "#"
        await _keep_waiting(line, behaviour, login)
        answer = _answer(line, behaviour).replace("\n", "\r\n")
        if behaviour.cut_at and line == behaviour.cut_at:
            process.stdout.write(answer[: len(answer) // 2])
            await process.stdout.drain()
            return process.channel.get_connection().abort()
        await _send(process, answer + behaviour.name + mode, behaviour.piece)
        if behaviour.cut_after and line == behaviour.cut_after:
            await asyncio.sleep(0.2)
            return process.channel.get_connection().abort()


async def _keep_waiting(line: str, behaviour: Behaviour, login: int) -> None:
    if login <= behaviour.deaf or (behaviour.hang_at and line == behaviour.hang_at):
        await asyncio.sleep(3600)
    if behaviour.hold_at and line == behaviour.hold_at:
        await behaviour.released.wait()


def _answer(line: str, behaviour: Behaviour) -> str:
    usual = {"terminal width 511": "Width set to 511 columns.\n", "terminal length 0": "Pagination disabled.\n"}
    return (usual | behaviour.answers).get(line, "")


async def _send(process: asyncssh.SSHServerProcess[str], text: str, piece: int) -> None:
    size = piece or len(text)
    for start in range(0, len(text), size):
        process.stdout.write(text[start : start + size])
        if piece:
            await process.stdout.drain()
            await asyncio.sleep(0.002)
