"""The switch's SSH server: password login, and a terminal for each connection."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import asyncssh

from .cli import Cli
from .clock import dated
from .shown import Reply
from .switch import Switch
from .syslog import Actor
from .terminal import DEFAULT_HEIGHT, LineEditor, Pager
from .wire import Wire

_terminals = itertools.count(3)


class Gate(asyncssh.SSHServer):
    """Who may come in: a user of the running configuration, with the password; nobody while the switch boots."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        if self._switch.faults.login_closed_until > self._switch.clock():
            conn.abort()

    def begin_auth(self, username: str) -> bool:
        banner = self._switch.banner("login")
        if banner:
            self._connection.send_auth_banner(banner.replace("\n", "\r\n"))
        return True

    def password_auth_supported(self) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._switch.may_enter_with(username, key.export_public_key().decode())

    def validate_password(self, username: str, password: str) -> bool:
        return self._switch.may_enter(username, password)


class Shell:
    """One connection's terminal, from its prompt to its end."""

    def __init__(self, switch: Switch, process: asyncssh.SSHServerProcess[bytes], log: Path) -> None:
        self._switch, self._faults, self._process, self._log = switch, switch.faults, process, log
        self._connection = process.channel.get_connection()
        user = str(process.get_extra_info("username"))
        self._address = str(process.get_extra_info("peername")[0])
        actor = Actor(user, f"vty{next(_terminals)}", self._address)
        self._cli = Cli(switch, actor, privileged=switch.starts_privileged(user))
        self._editor, self._pager = LineEditor(), Pager("", 0)
        self._wire = Wire(switch.faults, process.stdout.write, process.stdout.drain)

    async def run(self) -> None:
        """Ends with the connection; a session that was open stays pending."""
        self._switch.terminals[self._cli.process] = self._drop
        try:
            if self._process.command is None:
                await self._converse()
            else:
                await self._carry_out(self._process.command)
        except (OSError, asyncssh.Error):
            self._drop()
        finally:
            self._switch.terminals.pop(self._cli.process, None)
            self._cli.leave()
            self._process.exit(0)

    def _drop(self) -> None:
        """The TCP connection is lost."""
        self._connection.abort()

    async def _converse(self) -> None:
        await self._greet()
        while not self._cli.closed and (data := await self._input()):
            await self._typed(data)

    async def _carry_out(self, commands: str) -> None:
        """`ssh switch COMMAND`: the answers alone."""
        for line in commands.splitlines():
            self._record(line)
            await self._disturbed(line, behind=False)
            await self._wire.send(self._cli.execute(line).text.encode())

    async def _input(self) -> bytes:
        """What is typed, empty at its end; a window of another size and signals are nothing."""
        while True:
            try:
                return await self._process.stdin.read(4096)
            except (asyncssh.TerminalSizeChanged, asyncssh.BreakReceived, asyncssh.SignalReceived):
                continue

    async def _greet(self) -> None:
        if self._faults.hangs("", behind=False):
            await self._deaf()
        if self._faults.slow:
            await asyncio.sleep(self._faults.slow)
        when = dated(self._switch.clock())
        motd = self._switch.banner("motd").replace("\n", "\r\n")
        await self._wire.send(f"Last login: {when} from {self._address}\r\n{motd}{self._cli.prompt}".encode())

    async def _typed(self, data: bytes) -> None:
        while data and not self._pager.is_over():
            await self._wire.send(self._pager.key(data[0]))
            data = data[1:]
            if self._pager.is_over():
                await self._wire.send(self._cli.prompt.encode())
        for line in self._editor.feed(data):
            self._record("(a secret)" if self._cli.asked else line)
            await self._answer(line)
            self._editor.hidden = self._cli.asked
            if self._cli.closed:
                return
        await self._wire.send(self._editor.echo())

    async def _answer(self, line: str) -> None:
        """One write where nothing keeps the answer waiting: a client sees echo, answer and prompt at once."""
        faults, echo = self._faults, self._editor.echo()
        if faults.double_echo and line:
            echo += echo
        if faults.slow or faults.hang or faults.cut:
            await self._wire.send(echo)
            echo = b""
        await self._disturbed(line, behind=False)
        reply = self._cli.execute(line)
        await self._disturbed(line, behind=True)
        if faults.half is not None and len(reply.text) > faults.half.size:
            await self._half(echo, reply.text)
            return
        await self._wire.send(echo + self._screen(reply))

    async def _disturbed(self, line: str, *, behind: bool) -> None:
        """What faults do before and after a line is carried out. Raises: ConnectionAbortedError."""
        if self._faults.cuts(line, behind=behind):
            raise ConnectionAbortedError
        if self._faults.hangs(line, behind=behind):
            await self._deaf()
        if self._faults.slow and not behind:
            await asyncio.sleep(self._faults.slow)

    async def _deaf(self) -> None:
        """Take what is typed, for ever, and answer nothing. Raises: ConnectionAbortedError."""
        while await self._input():
            pass
        raise ConnectionAbortedError

    async def _half(self, echo: bytes, text: str) -> None:
        """Raises: ConnectionAbortedError, once the client has given up."""
        half, self._faults.half = self._faults.half, None
        assert half is not None
        cut = text.replace("\n", "\r\n").encode()[: half.size]
        await self._wire.send(echo + cut)
        if not half.prompt:
            await self._deaf()
        await self._wire.send(b"\r\n" + self._cli.prompt.encode())

    def _screen(self, reply: Reply) -> bytes:
        """The answer's first screen, and the prompt where it is the last one."""
        self._pager = Pager(reply.text, self._height() if reply.paged else 0)
        prompt = b"" if self._cli.closed else self._cli.prompt.encode()
        return self._pager.first() + (prompt if self._pager.is_over() else b"")

    def _height(self) -> int:
        if self._cli.length is not None:
            return self._cli.length
        return int(self._process.term_size[1]) or DEFAULT_HEIGHT

    def _record(self, line: str) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{self._address} {line}\n")


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
