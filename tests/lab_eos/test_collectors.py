"""The switch really sends its log: to whom the configuration says, in EOS's forms, and without ever waiting for it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from reconciler.daemon.syslog import Place, Receiver
from reconciler.lab.eos.collectors import Message, datagram
from reconciler.lab.eos.config import Block
from reconciler.switch.eos.syslog import heard

from .conftest import Box, Server

LEFT = "ConfigAgent: %SYS-5-CONFIG_I: Configured from console by admin on vty3 (10.0.0.5)"


@contextlib.contextmanager
def collector() -> Iterator[tuple[socket.socket, int]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(5)
        yield one, one.getsockname()[1]


def test_a_collector_hears_all_that_the_log_shows(tmp_path: Path) -> None:
    with collector() as (ear, port):
        box = Box(tmp_path, f"hostname ceos01\nlogging host 127.0.0.1 {port}\n")
        box.ask("configure", "vlan 9", "end", "configure session s-1", "vlan 10", "commit timer 00:01:00")
        box.ask("configure session s-1 commit", "write")
        shown = box.ask("show logging").partition("Log Buffer:\n")[2].splitlines()
        sent = [ear.recv(4096).decode() for _ in shown]
    assert sent == [f"<165>{line}" for line in shown]
    assert [said.mnemonic for one in sent if (said := heard(one))] == [
        "CONFIG_E",
        "CONFIG_I",
        "CONFIG_SESSION_ENTERED",
        "CONFIG_SESSION_COMMIT_TIMER_STARTED",
        "CONFIG_SESSION_COMMIT_SUCCESS",
        "CONFIG_STARTUP",
    ]


@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        ([], "<165>Nov  1 17:09:51 ceos01 "),
        (["logging facility local7"], "<189>Nov  1 17:09:51 ceos01 "),
        (["logging format rfc5424"], "<165>1 2025-11-01T17:09:51.500000+00:00 ceos01 "),
    ],
)
def test_the_form_is_what_the_configuration_says(lines: list[str], sent: str) -> None:
    message = Message(1762016991.5, "ceos01", LEFT)
    text = datagram(message, list(map(Block, lines))).decode()
    assert text.startswith(sent)
    assert heard(text) == heard(message.shown)


def test_severity_is_the_tags() -> None:
    late = Message(0, "ceos01", "ConfigAgent: %SYS-3-CONFIG_SESSION_COMMIT_TIMER_TIMEDOUT: x")
    assert datagram(late, ()).startswith(b"<163>")


def test_a_reboot_is_told_to_whom_the_startup_configuration_names(tmp_path: Path) -> None:
    with collector() as (ear, port):
        box = Box(tmp_path, f"logging host 127.0.0.1 {port}\n")
        box.cli("configure", "no logging host 127.0.0.1")
        box.switch.reboot()
        said = [heard(ear.recv(4096).decode()) for _ in range(2)]
    assert [one.mnemonic for one in said if one] == ["CONFIG_E", "SYSTEM_INITIALIZED"]


def test_nothing_that_goes_wrong_is_felt(tmp_path: Path) -> None:
    """Nobody there, no such name, no way there: a line takes no longer to be carried out, and others still hear."""
    with collector() as (ear, port):
        hosts = ["127.0.0.1 1 protocol tcp", "127.0.0.1 1", "::1 1", f"127.0.0.1 {port}", "256.1.1.1", "x" * 300]
        box = Box(tmp_path, "".join(f"logging host {one}\n" for one in hosts))
        began = time.perf_counter()
        for _ in range(300):
            box.ask("configure")
        assert time.perf_counter() - began < 5
        assert heard(ear.recv(4096).decode()) is not None


SHOWN = """\
logging trap informational
no logging console
logging host 10.0.0.1
logging host 10.0.0.2 100 200 protocol tcp
logging host 10.0.0.3 514
logging vrf MGMT host 10.1.1.1
logging format rfc5424
logging facility local5
logging source-interface Management0
logging vrf MGMT source-interface Management0
!
hostname ceos01
"""


def test_the_lines_stand_where_and_as_eos_shows_them(box: Box) -> None:
    typed = [line.replace("10.0.0.3 514", "10.0.0.3 514 protocol udp") for line in SHOWN.splitlines()[:-2]]
    assert box.configure(*reversed(typed)) == ""
    assert SHOWN in box.text
    before = box.text
    for line, answer in {
        "logging host": "% Incomplete command",
        "logging vrf MGMT host": "% Incomplete command",
        "logging host 10.0.0.9 protocol": "% Incomplete command",
        "logging host 10.0.0.9 70000": "% Invalid input",
        "logging host 10.0.0.9 protocol sctp": "% Invalid input",
        "logging host 10.0.0.9 x": "% Invalid input",
    }.items():
        assert box.configure(line) == f"{answer}\n", line
    assert box.text == before
    assert box.configure("no logging host 10.0.0.2", "no logging vrf MGMT host 10.1.1.1") == ""
    assert "10.0.0.2" not in box.text
    assert "10.1.1.1" not in box.text
    assert Box(box.folder / "again", box.text).text == box.text


@contextlib.asynccontextmanager
async def receiver(*places: Place) -> AsyncIterator[tuple[Receiver, asyncio.Queue[str]]]:
    found: asyncio.Queue[str] = asyncio.Queue()
    ear = Receiver(lambda _address, text: found.put_nowait(text))
    await ear.open(places)
    try:
        yield ear, found
    finally:
        ear.close()


async def test_over_tcp_too_and_again_after_the_collector_was_away(tmp_path: Path) -> None:
    async with receiver(Place("127.0.0.1", 0, "tcp")) as (ear, found):
        port = ear.places[0].port
        box = Box(tmp_path, f"logging host 127.0.0.1 {port} protocol tcp\n")
        for _ in range(3):
            box.ask("configure")
        texts = [await asyncio.wait_for(found.get(), 5) for _ in range(3)]
        assert [said.mnemonic for text in texts if (said := heard(text))] == ["CONFIG_E", "CONFIG_E", "CONFIG_E"]
        ear.close()
        await ear.open([Place("127.0.0.1", port, "tcp")])
        async with asyncio.timeout(5):
            while found.empty():
                box.ask("configure")
                await asyncio.sleep(0.01)


async def test_the_process_of_the_lab_is_heard_within_half_a_second(server: Server) -> None:
    async with receiver(Place("127.0.0.1", 0, "udp")) as (ear, found):
        server.console("configure", f"logging host 127.0.0.1 {ear.places[0].port}", "end")
        began = time.perf_counter()
        text = await asyncio.wait_for(found.get(), 5)
        assert time.perf_counter() - began < 0.5
    said = heard(text)
    assert said is not None
    assert (said.mnemonic, said.user, said.terminal) == ("CONFIG_I", "root", "console")
