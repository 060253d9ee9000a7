"""The switch's SSH server: password login, and a terminal for each connection."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import asyncssh

from .cli import Cli
from .shown import Reply
from .switch import Switch
from .syslog import Actor
from .terminal import DEFAULT_HEIGHT, LineEditor, Pager

_terminals = itertools.count(3)


class Gate(asyncssh.SSHServer):
    """Who may come in: a user of the running configuration, with the password."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return self._switch.may_enter(username, password)


class Shell:
    """One connection's terminal, from its prompt to its end."""

    def __init__(self, switch: Switch, process: asyncssh.SSHServerProcess[bytes], log: Path) -> None:
        self._switch, self._process, self._log = switch, process, log
        user = str(process.get_extra_info("username"))
        self._address = str(process.get_extra_info("peername")[0])
        actor = Actor(user, f"vty{next(_terminals)}", self._address)
        self._cli = Cli(switch, actor, privileged=switch.starts_privileged(user))
        self._editor, self._pager = LineEditor(), Pager("", 0)

    async def run(self) -> None:
        """Ends with the connection; a session that was open stays pending."""
        try:
            await self._greet()
            while not self._cli.closed and (data := await self._process.stdin.read(4096)):
                await self._typed(data)
        except (ConnectionAbortedError, asyncssh.Error):
            self._process.channel.abort()
        finally:
            self._cli.leave_configuration()
            self._process.exit(0)

    async def _greet(self) -> None:
        await self._switch.faults.before_answer(cuts=False)
        when = time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime())
        self._write(f"Last login: {when} from {self._address}\r\n{self._cli.prompt}".encode())

    async def _typed(self, data: bytes) -> None:
        while data and not self._pager.is_over():
            self._write(self._pager.key(data[0]))
            data = data[1:]
            if self._pager.is_over():
                self._write(self._cli.prompt.encode())
        for line in self._editor.feed(data):
            self._record(line)
            await self._answer(line)
            if self._cli.closed:
                return
        self._write(self._editor.echo())

    async def _answer(self, line: str) -> None:
        """One write where nothing keeps the answer waiting: a client sees echo, answer and prompt at once."""
        echo = self._editor.echo()
        if self._switch.faults.slow or self._switch.faults.hang:
            self._write(echo)
            echo = b""
        await self._switch.faults.before_answer()
        rejected = self._switch.faults.rejects(line)
        reply = Reply("% Invalid input\n") if rejected else self._cli.execute(line)
        self._pager = Pager(reply.text, self._height() if reply.paged else 0)
        prompt = b"" if self._cli.closed else self._cli.prompt.encode()
        first = self._pager.first()
        self._write(echo + first + (prompt if self._pager.is_over() else b""))

    def _height(self) -> int:
        if self._cli.length is not None:
            return self._cli.length
        return int(self._process.term_size[1]) or DEFAULT_HEIGHT

    def _record(self, line: str) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{self._address} {line}\n")

    def _write(self, data: bytes) -> None:
        if data:
            self._process.stdout.write(data)


async def listen(switch: Switch, address: str, port: int, key: Path) -> asyncssh.SSHAcceptor:
    """Serve until it is closed. Raises: OSError for an address or a key that cannot be used."""
    log = switch.state_folder / "input.log"
    log.touch()

    async def shell(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await Shell(switch, process, log).run()

    return await asyncssh.create_server(
        lambda: Gate(switch),
        address,
        port,
        server_host_keys=[str(key)],
        process_factory=shell,
        line_editor=False,
        encoding=None,
        server_version="OpenSSH_9.3",
        compression_algs=None,
    )
