"""Each way in which a node does not answer: by name, with the reason and what to do, in time, and never for good."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.core.driver import Answer, Unreachable
from reconciler.transport.ssh import Jumps, SshSettings, SshTransport, fetch_host_key

from .conftest import Connect
from .sshd import Sshd, free_port, keypair


async def reason(transport: SshTransport) -> str:
    with pytest.raises(Unreachable) as caught:
        await transport.query(["echo one"])
    return str(caught.value)


def patience(transport: SshTransport, seconds: float) -> None:
    """Little where nothing is to come, much for all else: the machine may be busy."""
    transport._settings = dataclasses.replace(transport._settings, command_timeout=seconds)


async def test_nobody_listens(connect: Connect) -> None:
    port = free_port()
    assert re.fullmatch(
        rf"127\.0\.0\.1 port {port}: cannot be connected to: .*refused.*", await reason(connect(port=port))
    )


async def test_a_name_that_nobody_has(connect: Connect) -> None:
    assert "cannot be connected to" in await reason(connect(host="no-such-host.invalid"))


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


async def test_a_server_that_says_nothing(connect: Connect, silent: int) -> None:
    assert "no SSH login within 0.5 s" in await reason(connect(port=silent, connect_timeout=0.5))


async def test_who_waits_for_a_try_that_fails_does_not_try_once_more(connect: Connect, silent: int) -> None:
    transport = connect(port=silent, connect_timeout=0.5)
    began = time.monotonic()
    said = await asyncio.gather(reason(transport), _watched(transport), reason(transport))
    assert time.monotonic() - began < 0.9
    assert all("no SSH login within 0.5 s" in one for one in said)
    assert "no SSH login within 0.5 s" in await reason(transport)
    assert time.monotonic() - began > 1.0, "whoever asks later is tried for"


async def _watched(transport: SshTransport) -> str:
    with pytest.raises(Unreachable) as caught:
        await transport.watch("cat", print)
    return str(caught.value)


async def test_an_unknown_host_key(connect: Connect, tmp_path: Path) -> None:
    for known_hosts in (tmp_path / "missing", tmp_path / "empty"):
        (tmp_path / "empty").touch()
        said = await reason(connect(known_hosts=known_hosts))
        assert f"its host key is not in {known_hosts}" in said
        assert "`reconcile trust`" in said


@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa"])
async def test_another_host_key_than_the_one_on_record(connect: Connect, sshd: Sshd, algorithm: str) -> None:
    """A key of another kind is found out before it is shown: the key exchange fails."""
    other = sshd.folder / f"other_{algorithm}"
    subprocess.run(["ssh-keygen", "-q", "-t", algorithm, "-N", "", "-f", str(other)], check=True)
    public = Path(f"{other}.pub").read_text()
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {public}")
    said = await reason(connect())
    assert "not the one on record" in said
    assert "Accepted" not in sshd.log


async def test_a_key_that_is_not_let_in(connect: Connect, sshd: Sshd) -> None:
    other = keypair(sshd.folder / "stranger")
    assert "root's key was refused" in await reason(connect(key=other))


async def test_no_key_is_looked_for_elsewhere(connect: Connect, sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither our own user's default key nor an agent's: only what the inventory says."""
    home = sshd.folder / "home"
    (home / ".ssh").mkdir(parents=True)
    shutil.copy(sshd.key, home / ".ssh" / "id_ed25519")
    (home / ".ssh" / "config").write_text(f"Host *\n  IdentityFile {sshd.key}\n")
    monkeypatch.setenv("HOME", str(home))
    agent = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    for name, value in re.findall(r"(SSH_\w+)=([^;]+);", agent):
        monkeypatch.setenv(name, value)
    try:
        subprocess.run(["ssh-add", "-q", str(sshd.key)], check=True)
        assert "login without key and password was refused" in await reason(connect(key=None))
    finally:
        os.kill(int(os.environ["SSH_AGENT_PID"]), signal.SIGTERM)


@pytest.mark.parametrize("content", [None, "no key at all", "passphrase"])
async def test_a_key_file_that_is_none(connect: Connect, sshd: Sshd, content: str | None) -> None:
    path = sshd.folder / "broken"
    if content == "passphrase":
        keypair(path, passphrase="secret")
    elif content is not None:
        path.write_text(content)
    said = await reason(connect(key=path))
    assert f"the key {path} cannot be used" in said
    assert said.count(str(path)) == 1


async def test_a_known_hosts_that_is_none(connect: Connect, sshd: Sshd) -> None:
    sshd.known_hosts.write_bytes(b"\xff\xfe broken")
    assert f"{sshd.known_hosts} cannot be read" in await reason(connect())


async def test_a_hanging_shell_is_given_up_and_opened_anew(connect: Connect, sshd: Sshd) -> None:
    transport = connect()
    pid = int((await transport.query(["echo $$"]))[0].text)
    os.kill(pid, signal.SIGSTOP)
    patience(transport, 0.5)
    try:
        assert (await reason(transport)).endswith("did not answer in 0.5 s")
    finally:
        os.kill(pid, signal.SIGCONT)
    patience(transport, 10)
    assert await transport.query(["echo again"]) == [Answer("again\n")]


async def test_a_hanging_question_does_not_hold_the_next(connect: Connect) -> None:
    transport = connect(command_timeout=0.5)
    with pytest.raises(Unreachable, match=r"did not answer in 0\.5 s"):
        await transport.query(["echo one", "sleep 60"])
    patience(transport, 10)
    assert await transport.query(["echo two"]) == [Answer("two\n")]


async def test_a_server_that_hangs(connect: Connect, sshd: Sshd) -> None:
    transport = connect()
    await transport.query(["true"])
    stopped = sshd.descendants("sshd")
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    patience(transport, 0.5)
    try:
        assert (await reason(transport)).endswith("did not answer in 0.5 s")
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    patience(transport, 10)
    assert await transport.query(["echo again"]) == [Answer("again\n")]


async def test_a_connection_cut_between_two_uses_is_opened_anew(connect: Connect, sshd: Sshd) -> None:
    transport = connect()
    await transport.query(["true"])
    for pid in sshd.descendants("sshd"):
        os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.1)
    assert await transport.query(["echo again"]) == [Answer("again\n")]


async def test_a_connection_cut_under_way_is_not_sent_again(connect: Connect, sshd: Sshd) -> None:
    transport, trace = connect(), sshd.folder / "trace"
    await transport.query(["true"])
    asking = asyncio.create_task(transport.query([f"echo once >> {trace}; sleep 5"]))
    while not trace.exists():
        await asyncio.sleep(0.01)
    for pid in sshd.descendants("sshd"):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(Unreachable):
        await asking
    assert await transport.query(["echo again"]) == [Answer("again\n")]
    assert trace.read_text() == "once\n"


async def test_a_shell_that_ends_says_why(connect: Connect) -> None:
    assert (await reason(connect(shell="echo no such container >&2; exit 7"))).endswith(
        "the shell ended with exit status 7: no such container"
    )
    transport = connect()
    with pytest.raises(Unreachable, match="the shell ended with exit status 3"):
        await transport.query(["exit 3"])
    assert await transport.query(["echo again"]) == [Answer("again\n")]


async def test_giving_up_leaves_nothing_half_read(connect: Connect) -> None:
    transport = connect()
    asking = asyncio.create_task(transport.query(["echo late; sleep 0.3"]))
    await asyncio.sleep(0.2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await transport.query(["echo fresh"]) == [Answer("fresh\n")]


async def test_no_session_is_left_behind(connect: Connect, sshd: Sshd) -> None:
    transport = connect()
    await transport.query(["true"])
    await transport.close()
    deadline = time.monotonic() + 3
    while sshd.descendants() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert sshd.descendants() == []


async def test_over_a_jump_host(sshd: Sshd, connect: Connect) -> None:
    """One login to the jump host for all that lie behind it."""
    jump = SshSettings("127.0.0.1", "root", sshd.known_hosts, port=sshd.port, key=sshd.key)
    jumps = Jumps()
    nodes = [
        SshTransport(SshSettings("127.0.0.1", "root", sshd.known_hosts, port=sshd.port, key=sshd.key, jump=jump), jumps)
        for _ in range(3)
    ]
    answers = await asyncio.gather(*(node.query(["echo one"]) for node in nodes))
    assert answers == [[Answer("one\n")]] * 3
    assert sshd.log.count("Accepted publickey") == 4
    assert (
        await fetch_host_key(SshSettings("127.0.0.1", "x", sshd.known_hosts, port=sshd.port, jump=jump), jumps)
    ).line
    for node in nodes:
        await node.close()
    jumps.close()


async def test_a_jump_host_that_is_away(connect: Connect, sshd: Sshd) -> None:
    port = free_port()
    away = SshSettings("127.0.0.1", "root", sshd.known_hosts, port=port, key=sshd.key)
    assert f"127.0.0.1 port {port}: cannot be connected to" in await reason(connect(jump=away))


async def test_nobody_listens_behind_the_jump_host(connect: Connect, sshd: Sshd) -> None:
    jump = SshSettings("127.0.0.1", "root", sshd.known_hosts, port=sshd.port, key=sshd.key)
    port = free_port()
    assert re.search(rf"port {port}: .*(refused|failed)", await reason(connect(jump=jump, port=port)), re.IGNORECASE)
