"""The switch's console: a unix socket that takes lines and gives back their answers, at privilege 15.

What `Cli -p 15 -c` is on a real switch. Only here the faults of a test are set: `lab fault NAME`.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import mischief
from .cli import Cli
from .executive import CONSOLE as TERMINAL
from .switch import Switch
from .syslog import Actor

FAULT = "lab fault"
PATIENCE = 30.0
CONSOLE = Actor("root", TERMINAL, "0.0.0.0")  # noqa: S104 - how EOS names the console in its log, nothing is bound


def run(sock_path: Path, commands: Sequence[str]) -> str:
    """The answers to ``commands``, without prompts and echo. Raises: OSError where no switch answers."""
    with socket.socket(socket.AF_UNIX) as connection, _short(sock_path) as path:
        connection.settimeout(PATIENCE)
        connection.connect(path)
        connection.sendall("".join(f"{command}\n" for command in commands).encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


async def listen(switch: Switch, path: Path) -> asyncio.Server:
    """Serve until it is closed; a socket that an earlier process left is replaced."""
    _remove(path)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.read()).decode(errors="replace").splitlines()
        writer.write(answers(switch, lines).encode())
        writer.close()

    with _short(path) as short:
        return await asyncio.start_unix_server(serve, short)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def answers(switch: Switch, lines: Sequence[str]) -> str:
    """The answers to ``lines``, typed at a terminal of the console that is left then."""
    cli = Cli(switch, CONSOLE, privileged=True)
    answers = [_answer(switch, cli, line.strip()) for line in lines]
    cli.leave()
    return "".join(answers)


def _answer(switch: Switch, cli: Cli, line: str) -> str:
    if line.startswith(FAULT):
        return mischief.command(switch, line.removeprefix(FAULT))
    return cli.execute(line).text


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A path of any length: what is given to a unix socket may have 107 bytes, so its folder goes as a descriptor."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
