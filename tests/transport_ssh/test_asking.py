"""Questions over a real sshd: every answer apart, in one round trip, on one shell that stays open."""

from __future__ import annotations

import asyncio
import shutil
import subprocess

import pytest

from reconciler.core.driver import Answer
from reconciler.linux.driver import LinuxDriver
from reconciler.transport.frames import unframed
from reconciler.transport.ssh import SshSettings, fetch_host_key

from .conftest import Connect
from .sshd import Sshd


async def test_text_status_and_errors_of_every_question(connect: Connect) -> None:
    transport = connect()
    answers = await transport.query(
        ["echo one", "echo two >&2; exit_status() { return 3; }; exit_status", "printf x", "true"]
    )
    assert answers == [Answer("one\n"), Answer("", 3, "two\n"), Answer("x"), Answer("")]


async def test_a_question_cannot_read_the_next_one(connect: Connect) -> None:
    answers = await connect().query(["cat", "echo still here"])
    assert [answer.text for answer in answers] == ["", "still here\n"]


async def test_no_question_no_answer(connect: Connect) -> None:
    assert await connect().query([]) == []


async def test_large_answers_and_strange_bytes(connect: Connect) -> None:
    answers = await connect().query(["seq 1 200000", r"printf '\303\244\377\n'", "seq 1 50000 >&2"])
    assert answers[0].text.splitlines() == [str(number) for number in range(1, 200001)]
    assert answers[1].text == "ä\ufffd\n"
    assert len(answers[2].error.splitlines()) == 50000


async def test_one_connection_and_one_shell_for_everything(connect: Connect, sshd: Sshd) -> None:
    transport = connect()
    pids = [answer.text for _ in range(20) for answer in await transport.query(["echo $$", "echo $$"])]
    assert len(set(pids)) == 1
    assert sshd.log.count("Accepted publickey") == 1
    assert sshd.log.count("Starting session") == 1


async def test_two_at_a_time_take_turns(connect: Connect) -> None:
    transport = connect()
    both = await asyncio.gather(*(transport.query([f"sleep 0.05; echo {number}"]) for number in range(5)))
    assert [answers[0].text for answers in both] == [f"{number}\n" for number in range(5)]


async def test_what_a_login_prints_is_no_answer(connect: Connect) -> None:
    transport = connect(shell="echo Welcome; echo to you >&2; exec sh")
    assert await transport.query(["echo one"]) == [Answer("one\n")]


async def test_an_answer_that_looks_like_a_frame(connect: Connect) -> None:
    """The frame's mark cannot be guessed; a look-alike is text."""
    assert await connect().query([r"printf '\nabc 0\n\nabc end\n'"]) == [Answer("\nabc 0\n\nabc end\n")]
    assert unframed("junk\nm begin\n\nx 0\n\nm 7\n\nm end\n", "\nm begin\n\nm 7\n\nm end\n", "m") == [
        Answer("\nx 0\n", 7)
    ]


async def test_the_session_of_our_own_is_told(connect: Connect, sshd: Sshd) -> None:
    transport = connect()
    reading = LinuxDriver().read(await transport.query(LinuxDriver.questions))
    told = {str(key) for key in reading.session if key.kind not in ("route", "rule")}
    assert told == {"link lo", "address 127.0.0.1/8 dev lo"}


async def test_another_network_namespace_is_not_where_our_session_ends(connect: Connect, namespace: str) -> None:
    """As `docker exec` into a kind node: what is configured there carries nothing of ours."""
    transport = connect(shell=f"ip netns exec {namespace} sh")
    reading = LinuxDriver().read(await transport.query(LinuxDriver.questions))
    assert "10.10.10.11/24 dev eth1" in {key.name for key in reading.found}
    told = {key.name for key in reading.session if key.kind != "rule"}
    assert told <= {"lo", "127.0.0.1/8 dev lo", "127.0.0.1/32 table 254 metric 0"}


async def test_the_prologue_holds_for_every_question(connect: Connect) -> None:
    transport = connect(prologue="export WHERE=here")
    assert [answer.text for answer in await transport.query(["echo $WHERE", "sh -c 'echo $WHERE'"])] == ["here\n"] * 2


async def test_the_host_key_for_trust(connect: Connect, sshd: Sshd) -> None:
    key = await fetch_host_key(SshSettings("127.0.0.1", "nobody", sshd.folder / "none", port=sshd.port))
    assert key.line == sshd.known_hosts.read_text().rsplit(" ", 1)[0]
    assert key.algorithm == "ssh-ed25519"
    printed = subprocess.run(["ssh-keygen", "-lf", sshd.folder / "host_key.pub"], capture_output=True, text=True)
    assert key.fingerprint == printed.stdout.split()[1]
    assert "Accepted" not in sshd.log


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh"])
async def test_other_shells(connect: Connect, shell: str) -> None:
    if shutil.which(shell.split()[0]) is None:
        pytest.skip(f"no {shell} on this machine")
    answers = await connect(shell=shell).query(["echo one; false", "echo two >&2"])
    assert answers == [Answer("one\n", 1), Answer("", 0, "two\n")]
