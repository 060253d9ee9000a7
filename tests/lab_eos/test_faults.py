"""Faults on demand: what a client of the switch sees of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest
import pytest_asyncio

from reconciler.lab.eos import mischief, server
from reconciler.lab.eos.mischief import FAULTS
from tests.lab_eos.conftest import Box

OPERATING = Path(__file__).parents[2] / "docs" / "OPERATING.md"
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


def test_every_fault_is_documented() -> None:
    text = OPERATING.read_text()
    assert [f.name for f in FAULTS if f"| `{f.usage.replace('|', '/')}` | {f.summary} |" not in text] == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("cutt", "% There is no fault 'cutt'; did you mean cut?\n"),
        ("", "% There is no fault ''; known are clear, "),
        ("slow", "% lab fault slow SECONDS\n"),
        ("slow -1", "% lab fault slow SECONDS\n"),
        ("slow nan", "% lab fault slow SECONDS\n"),
        ("reject-line (", "% lab fault reject-line REGEX\n"),
        ("cut at", "% lab fault cut "),
        ("cut after x", "% lab fault cut "),
        ("half-answer 5 words", "% lab fault half-answer"),
        ("dialect 4.20", "% lab fault dialect"),
        ("rename -x-", "% lab fault rename"),
        ("port-down", "% lab fault port-down"),
        ("no-timer now", "% lab fault no-timer"),
        ("foreign-commit frobnicate", "% Invalid input\n"),
    ],
)
def test_bad_faults(box: Box, words: str, answer: str) -> None:
    assert mischief.command(box.switch, words).startswith(answer)


@pytest.mark.parametrize(
    ("words", "lines", "answer"),
    [
        ("reject-line ^name", ["configure", "vlan 9", "name x"], "% Invalid input\n"),
        ("no-timer", ["configure session s", "commit timer 00:01:00"], "% Invalid input\n"),
        ("no-timer", ["configure session s", "end", "configure session s commit timer 60"], "% Invalid input\n"),
        ("no-timer", ["configure session s", "commit"], ""),
        ("no-sessions", ["configure session s"], "% Unavailable command (not supported on this hardware platform)\n"),
        ("no-sessions", ["configure"], ""),
        ("fail-commit", ["configure session s", "commit"], "% Cannot commit: internal error\n"),
        ("fail-commit", ["configure session s", "end", "conf sess s commit"], "% Cannot commit: internal error\n"),
        ("fail-save", ["write memory"], "% Error copying system:/running-config to flash:/startup-config"),
        ("fail-save", ["copy run start"], "% Error copying system:/running-config to flash:/startup-config"),
        ("foreign-session", ["configure session s"], ""),
    ],
)
def test_refused_commands(box: Box, words: str, lines: list[str], answer: str) -> None:
    fault(box, words)
    said = box.ask(*lines)
    assert said.startswith(answer)
    assert bool(said) == bool(answer)
    fault(box, "clear")
    assert "%" not in box.ask("write", "configure session again", "vlan 9", "name x", "commit")


def test_what_another_user_does(box: Box) -> None:
    fault(box, "foreign-commit vlan 66 ; name theirs")
    assert box.section("vlan 66") == ["name theirs"]
    fault(box, "rename spine")
    assert box.cli().prompt == "spine#"
    fault(box, "foreign-session")
    assert "foreign-0 pending other vty99" in box.ask("show configuration sessions")


def test_after_the_next_commit(box: Box) -> None:
    fault(box, "port-down e2")
    fault(box, "refuse-after-commit")
    assert box.switch.links.is_up("Ethernet2")
    assert box.switch.may_enter("admin", "admin")
    box.ask("configure session s", "vlan 9", "commit")
    assert "Et2 " not in box.ask("show vlan brief")
    assert not box.switch.may_enter("admin", "admin")
    fault(box, "clear")
    assert box.switch.links.is_up("Ethernet2")
    assert box.switch.may_enter("admin", "admin")


def test_two_supervisors(box: Box) -> None:
    fault(box, "supervisor")
    assert box.cli("configure session rec-1", "interface e1").prompt == "ceos01(s1)(config-s-rec-1-if-Et1)#"


def test_another_dialect(box: Box) -> None:
    fault(box, "dialect 4.31")
    assert "pendingCommitTimer" in box.ask("configure session s", "commit timer 60", "show configuration sessions")
    assert "EOS-4.31.2F-41641815.4312F (" in box.ask("show running-config")


def test_sessions_of_eos_itself(box: Box) -> None:
    fault(box, "internal-sessions")
    assert "cfg-" not in box.ask("configure session s", "vlan 9", "show configuration sessions")
    box.ask("configure session s commit timer 60")
    assert "  cfg-2034--574620864-1 pending" in box.ask("show configuration sessions")
    assert '"cfg-2034--574620864-1": {' in box.ask("show configuration sessions | json")
    assert "cfg-" not in box.ask("configure session s commit", "show configuration sessions")


@pytest.mark.parametrize("when", ["at", "behind"])
def test_a_reboot_at_a_line(box: Box, when: str) -> None:
    fault(box, f"reboot {when} commit")
    box.ask("configure session s", "vlan 9", "write", "commit")
    assert "vlan 9" not in box.text
    assert box.ask("configure session s", "vlan 9", "commit") == ""
    assert box.section("vlan 9") == []


def test_the_console_is_spared(box: Box) -> None:
    fault(box, "reject-line .")
    cli = box.cli()
    assert cli.execute("show clock").text == "% Invalid input\n"
    cli.actor = mischief.OTHER.__class__("root", "console", "0.0.0.0")
    assert "Clock source" in cli.execute("show clock").text


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
