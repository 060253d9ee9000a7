"""Faults on demand, over the wire: what a client of the switch sees of each, and of a switch that is well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import asyncssh
import pytest
import pytest_asyncio

from reconciler.lab.eos import mischief, server
from tests.lab_eos.conftest import Box

PROMPT = "ceos01#"


class Client:
    """An SSH client with a terminal, in the event loop of the switch."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Client:
        options = {"username": "admin", "password": "admin", "known_hosts": None}
        self.connection = await asyncssh.connect("127.0.0.1", self._port, **options)
        self.terminal = await self.connection.create_process(term_type="vt100", encoding="utf-8")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.connection.abort()

    async def until(self, text: str, patience: float = 2.0) -> str:
        """What comes up to ``text``. Raises: TimeoutError, ConnectionError where the line is cut."""
        seen = ""
        async with asyncio.timeout(patience):
            while not seen.endswith(text):
                piece = await self._piece()
                if not piece:
                    raise ConnectionError(seen)
                seen += piece
        return seen.replace("\r\n", "\n")

    async def _piece(self) -> str:
        try:
            return str(await self.terminal.stdout.read(65536))
        except asyncssh.Error:
            return ""

    async def ask(self, line: str, until: str = PROMPT, patience: float = 2.0) -> str:
        self.terminal.stdin.write(line + "\n")
        return await self.until(until, patience)

    async def enabled(self) -> Client:
        await self.until("ceos01>")
        await self.ask("enable")
        await self.ask("terminal length 0")
        return self


@pytest_asyncio.fixture
async def port(box: Box) -> AsyncIterator[int]:
    """The switch of ``box``, served in this event loop."""
    key = box.folder / "key"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(key)
    acceptor = await server.listen(box.switch, "127.0.0.1", 0, key)
    yield acceptor.get_port()
    acceptor.close()


def fault(box: Box, words: str) -> None:
    assert mischief.command(box.switch, words) == ""


async def test_an_undisturbed_line(box: Box, port: int) -> None:
    async with Client(port) as client:
        await client.enabled()
        assert await client.ask("show hostname") == "show hostname\nHostname: ceos01\nFQDN:     ceos01\nceos01#"


async def test_an_enable_secret_is_asked_for_and_not_shown(box: Box, port: int) -> None:
    box.configure("enable secret sesame")
    assert "enable secret sha512 $6$" in box.text
    async with Client(port) as client:
        await client.until("ceos01>")
        assert await client.ask("enable", "Password: ") == "enable\nPassword: "
        assert await client.ask("wrong", "ceos01>") == "\n% Bad secret\nceos01>"
        await client.ask("enable", "Password: ")
        assert await client.ask("sesame") == "\nceos01#"
    assert "sesame" not in (box.folder / "input.log").read_text()
    box.configure("no enable secret")
    assert "enable" not in box.text


async def test_a_public_key_opens(box: Box, port: int) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    options = {"username": "ops", "client_keys": [key], "known_hosts": None}
    box.configure("username ops privilege 15 secret x")
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect("127.0.0.1", port, **options)
    box.configure(f"username ops ssh-key {key.export_public_key().decode().strip()} me@here")
    (await asyncssh.connect("127.0.0.1", port, **options)).abort()
    again = Box(box.folder.parent / "again", box.text)
    assert (again.refused, again.text) == ([], box.text)
    box.configure("no username ops ssh-key")
    assert "ssh-key" not in box.text


async def test_one_command_without_a_terminal(box: Box, port: int) -> None:
    async with Client(port) as client:
        ran = await client.connection.run("show hostname\nshow running-config")
        assert ran.stdout == "Hostname: ceos01\nFQDN:     ceos01\n% Invalid input (privileged mode required)\n"


async def test_a_window_of_another_size(box: Box, port: int) -> None:
    async with Client(port) as client:
        await client.enabled()
        client.terminal.change_terminal_size(100, 50)
        assert "FQDN" in await client.ask("show hostname")


async def test_banners(box: Box, port: int) -> None:
    box.configure("banner motd", "ceos01# > hello", "EOF", "banner login", "keep out #", "EOF")
    async with Client(port) as client:
        assert (await client.until("ceos01>")).endswith("\nceos01# > hello\nceos01>")


async def test_cut_now(box: Box, port: int) -> None:
    async with Client(port) as one, Client(port) as two:
        await one.enabled()
        await two.enabled()
        fault(box, "cut now")
        for client in (one, two):
            with pytest.raises(ConnectionError):
                await client.until("never")
    async with Client(port) as client:
        await client.enabled()


@pytest.mark.parametrize(("when", "made"), [("at", False), ("behind", True)])
async def test_cut_at_a_line(box: Box, port: int, when: str, made: bool) -> None:
    fault(box, f"cut {when} commit")
    async with Client(port) as client:
        await client.enabled()
        await client.ask("configure session s", ")#")
        await client.ask("vlan 9", ")#")
        with pytest.raises(ConnectionError):
            await client.ask("commit")
    assert ("vlan 9" in box.text) is made
    assert [session.name for session in box.switch.sessions.pending()] == ([] if made else ["s"])
    async with Client(port) as client:
        await client.enabled()


async def test_cut_after_so_many_bytes(box: Box, port: int) -> None:
    async with Client(port) as client:
        await client.enabled()
        fault(box, "cut after 20")
        with pytest.raises(ConnectionError, match=r"show clock\r\n\w{3} \w{3} $") as cut:
            await client.ask("show clock")
        assert len(str(cut.value)) == 20


async def test_half_an_answer(box: Box, port: int) -> None:
    async with Client(port) as client:
        await client.enabled()
        fault(box, "half-answer 12 prompt")
        assert await client.ask("show hostname") == "show hostname\nHostname: ce\nceos01#"
        fault(box, "half-answer 12")
        with pytest.raises(TimeoutError):
            await client.ask("show hostname", patience=0.1)
    async with Client(port) as client:
        await client.enabled()
        assert "FQDN" in await client.ask("show hostname")


@pytest.mark.parametrize(("when", "made"), [("at", False), ("behind", True)])
async def test_hang_at_a_line(box: Box, port: int, when: str, made: bool) -> None:
    fault(box, f"hang {when} ^write")
    async with Client(port) as client:
        await client.enabled()
        box.configure("vlan 9")
        with pytest.raises(TimeoutError):
            await client.ask("write", patience=0.1)
    assert ("vlan 9" in box.switch.startup_text()) is made


async def test_hang(box: Box, port: int) -> None:
    fault(box, "hang")
    async with Client(port) as client:
        with pytest.raises(TimeoutError):
            await client.until("ceos01>", patience=0.1)


async def test_slow(box: Box, port: int) -> None:
    async with Client(port) as client:
        await client.enabled()
        fault(box, "slow 0.15")
        started = time.monotonic()
        await client.ask("show hostname")
        assert time.monotonic() - started >= 0.15


async def test_what_the_line_does_to_text(box: Box, port: int) -> None:
    async with Client(port) as client:
        await client.enabled()
        fault(box, "double-echo")
        assert (await client.ask("show clock")).startswith("show clock\nshow clock\n")
        fault(box, "syslog %SYS-5-X: y")
        assert "Hostname: ceos01\n%SYS-5-X: y\nFQDN:" in await client.ask("show hostname")
        fault(box, "clear")
        whole = await client.ask("show running-config")
        fault(box, "chunks 50")
        client.terminal.stdin.write("show running-config\n")
        pieces = [await client.terminal.stdout.read(65536)]
        while not pieces[-1].endswith(PROMPT):
            pieces.append(await client.terminal.stdout.read(65536))
        assert "".join(pieces).replace("\r\n", "\n") == whole
        assert max(map(len, pieces)) < len(whole) / 2


async def test_a_reboot_drops_everybody_and_lets_nobody_in_for_a_while(box: Box, port: int) -> None:
    async with Client(port) as client:
        await client.enabled()
        fault(box, "reboot 60")
        with pytest.raises(ConnectionError):
            await client.until("never")
    with pytest.raises((OSError, asyncssh.Error)):
        await Client(port).__aenter__()
    box.later(61)
    async with Client(port) as client:
        await client.enabled()
        await client.ask("configure session s", ")#")
        with pytest.raises(ConnectionError):
            await client.ask("reload")
    assert box.switch.terminals == {}


async def test_nobody_may_enter(box: Box, port: int) -> None:
    fault(box, "refuse-login")
    with pytest.raises(asyncssh.PermissionDenied):
        await Client(port).__aenter__()
