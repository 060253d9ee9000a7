"""A second channel over a real sshd: what is heard on it, how it ends, and that the first one never notices."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from reconciler.core.driver import Answer, Streams, Unreachable
from reconciler.core.watching import READY, STDERR
from reconciler.linux.driver import LinuxDriver
from reconciler.transport import connect as connecting
from reconciler.transport import stream
from reconciler.transport.ssh import SshTransport
from reconciler.transport.stream import LONGEST

from .conftest import Connect
from .sshd import Sshd

TEXT = LinuxDriver().watch


@asynccontextmanager
async def watching(transport: SshTransport, text: str = TEXT) -> AsyncIterator[tuple[list[str], asyncio.Task[None]]]:
    """The lines that were heard, and the watch, which is given up in the end."""
    heard: list[str] = []
    watch = asyncio.create_task(transport.watch(text, heard.append))
    try:
        if text == TEXT:
            await until(lambda: READY in heard)
        yield heard, watch
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError, Unreachable):
            await watch


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.002)


async def reason(watch: asyncio.Task[None]) -> str:
    async with asyncio.timeout(5):
        with pytest.raises(Unreachable) as caught:
            await watch
    return str(caught.value)


def inside(namespace: str) -> str:
    return subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=True).stdout


async def test_events_while_the_shell_is_asked(connect: Connect, namespace: str) -> None:
    transport = connect(shell=f"ip netns exec {namespace} sh")
    assert isinstance(transport, Streams)
    async with watching(transport) as (heard, _):
        asked = asyncio.create_task(transport.query(["ip route add 10.1.0.0/16 dev eth1; sleep 0.2; echo late"]))
        await until(lambda: any("10.1.0.0/16" in line for line in heard))
        assert not asked.done()
        assert await asked == [Answer("late\n")]
        storm = (
            "i=0; while [ $i -lt 40 ]; do ip route del 10.1.0.0/16; ip route add 10.1.0.0/16 dev eth1; i=$((i+1)); done"
        )
        assert await transport.query([storm, "echo two"]) == [Answer(""), Answer("two\n")]
        await until(lambda: sum("10.1.0.0/16" in line for line in heard) == 81)
    await until(lambda: len(inside(namespace).split()) == 1)


def first_with_children(pids: str) -> int:
    """The shell that watches: the one that is asked has none."""
    children = (Path(f"/proc/{pid}/task/{pid}/children") for pid in sorted(pids.split(), key=int))
    return int(next(path.parts[2] for path in children if path.read_text()))


@pytest.mark.parametrize("whom", ["sshd", "shell", "caller"])
async def test_nothing_outlives_the_channel(connect: Connect, sshd: Sshd, namespace: str, whom: str) -> None:
    """Cut anywhere, it takes all of the node's processes along, and says that it has ended."""
    transport = connect(shell=f"ip netns exec {namespace} sh")
    async with watching(transport) as (_, watch):
        if whom == "caller":
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            await until(lambda: len(inside(namespace).split()) == 1)
            assert await transport.query(["echo one"]) == [Answer("one\n")]
            await transport.close()
        else:
            for pid in sshd.descendants("sshd") if whom == "sshd" else [first_with_children(inside(namespace))]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert re.search(r"signal KILL|broke off|closed|lost|given up", await reason(watch))
    await transport.close()
    await until(lambda: not inside(namespace))


async def test_why_it_has_ended(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LAST_WORDS", 0.05)
    transport = connect(command_timeout=0.3)
    async with watching(transport, "echo one; echo no such thing >&2; exit 7") as (heard, watch):
        assert (await reason(watch)).endswith("the watch ended with exit status 7: no such thing")
        assert sorted(heard) == ["one", f"{STDERR}no such thing"]
    async with watching(transport, "echo two; sleep 60") as (heard, watch):
        await until(lambda: heard)
        with pytest.raises(Unreachable):
            await transport.query(["sleep 60"])
        assert (await reason(watch)).endswith("the connection was given up: did not answer in 0.3 s")


async def test_a_shell_that_leaves_somebody_behind_has_ended(connect: Connect) -> None:
    async with watching(connect(), "sleep 5 & exit 3") as (_, watch):
        assert "exit status 3" in await reason(watch)


async def test_a_line_without_end(connect: Connect) -> None:
    """The rest of it is dropped; the next line is whole again, in whatever pieces it comes."""
    text = "head -c 3000000 /dev/zero | tr '\\0' x; echo; printf n; sleep 0.1; echo ext; printf '\\377\\n'; sleep 60"
    async with watching(connect(), text) as (heard, _):
        await until(lambda: len(heard) == 3)
        assert heard == ["x" * LONGEST, "next", "\N{REPLACEMENT CHARACTER}"]


async def test_a_node_that_hangs_is_called_so_while_nothing_is_asked(
    connect: Connect, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "KEEPALIVE", 0.1)
    transport = connect()
    async with watching(transport, "echo one") as (heard, watch):
        await until(lambda: heard)
        stopped = sshd.descendants("sshd")
        began = time.monotonic()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            assert "no answer for 9 s" in await reason(watch)
            assert time.monotonic() - began < 2
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
    assert await transport.query(["echo again"]) == [Answer("again\n")]
