"""Git hosts over ssh and https: those that answer, those that are not who they say they are, those that hang."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.source.checkout import Unavailable
from reconciler.source.git import GitSource
from tests.transport_ssh.sshd import Sshd, keypair, running

from .https import TOKEN, USER, Host, serving
from .repository import Repository, git, settings, source


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    (tmp_path / "sshd").mkdir()
    with running(tmp_path / "sshd") as server:
        yield server


@pytest.fixture
def https(repository: Repository, tmp_path: Path) -> Iterator[Host]:
    repository.commit("a: 1\n")
    with serving(repository.path.parent, tmp_path) as host:
        yield host


def over_ssh(sshd: Sshd, repository: Repository, state: Path, **more: object) -> GitSource:
    given: dict[str, object] = {"key": str(sshd.key), "knownHosts": str(sshd.known_hosts)} | more
    return GitSource(settings(url=f"ssh://root@127.0.0.1:{sshd.port}{repository.path}", **given), state)


def over_https(host: Host, state: Path, **more: object) -> GitSource:
    given: dict[str, object] = {"url": host.url, "ca": str(host.ca), "username": USER, "token": {"env": "GIT_TOKEN"}}
    return GitSource(settings(**given | more), state)


async def unavailable(source: GitSource) -> str:
    with pytest.raises(Unavailable) as error:
        await source.latest()
    assert str(error.value).isprintable()
    assert TOKEN not in str(error.value)
    return str(error.value)


async def test_ssh_with_its_own_key_and_known_hosts(
    sshd: Sshd, repository: Repository, state: Path, tmp_path: Path
) -> None:
    commit = repository.commit("a: 1\n")
    odd = tmp_path / "with space %h"  # ssh would split and expand it
    shutil.copytree(sshd.folder, odd)
    watched = over_ssh(sshd, repository, state, key=str(odd / "id"), knownHosts=str(odd / "known_hosts"))
    assert (await watched.latest()).revision == commit
    again = repository.commit("a: 2\n")
    assert (await watched.latest()).revision == again
    assert await watched.is_forward(commit, again)


async def test_ssh_says_who_refuses_whom(sshd: Sshd, repository: Repository, state: Path, tmp_path: Path) -> None:
    repository.commit("a: 1\n")
    other = keypair(tmp_path / "other")
    assert "it does not take our key" in await unavailable(over_ssh(sshd, repository, state, key=str(other)))
    (tmp_path / "nobody").touch()
    stranger = over_ssh(sshd, repository, state, knownHosts=str(tmp_path / "nobody"))
    assert "its host key is not in known hosts" in await unavailable(stranger)
    (tmp_path / "changed").write_text(f"[127.0.0.1]:{sshd.port} {(tmp_path / 'other.pub').read_text()}")
    changed = over_ssh(sshd, repository, state, knownHosts=str(tmp_path / "changed"))
    assert "its host key is another one" in await unavailable(changed)
    repository.path.rename(tmp_path / "away.git")
    assert "there is no such repository" in await unavailable(over_ssh(sshd, repository, state))
    sshd.stop()
    assert "it refuses the connection" in await unavailable(over_ssh(sshd, repository, state))


@pytest.mark.parametrize("name", ['a"b', "a$b", "a\\b"])
async def test_a_path_that_ssh_would_read_otherwise_is_refused(state: Path, name: str) -> None:
    watched = GitSource(settings(url="git@localhost:x", key=name), state)
    assert "ssh cannot be given the path" in await unavailable(watched)


async def test_a_host_that_hangs_is_given_up_and_nothing_of_it_runs_on(
    sshd: Sshd, repository: Repository, state: Path
) -> None:
    repository.commit("a: 1\n")
    assert sshd.process is not None
    sshd.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    try:
        assert "did not end within 1 seconds" in await unavailable(over_ssh(sshd, repository, state, timeout="1s"))
    finally:
        sshd.process.send_signal(signal.SIGCONT)
    assert time.monotonic() - started < 15
    assert running_with(str(sshd.key)) == []


async def test_whoever_is_cancelled_takes_the_fetch_along(state: Path) -> None:
    """A server that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        task = asyncio.create_task(GitSource(settings(url=f"ssh://git@127.0.0.1:{port}/x"), state).latest())
        for _ in range(200):
            await asyncio.sleep(0.01)
            if running_with(f"-p {port}"):
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert running_with(str(port)) == []


async def test_https_with_a_token_that_no_process_shows(
    https: Host, repository: Repository, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TOKEN", TOKEN)
    seen: set[str] = set()
    task = asyncio.create_task(over_https(https, state).latest())
    while not task.done():
        seen.update(command_lines())
        await asyncio.sleep(0.002)
    assert (await task).revision == repository.tip()
    assert any("ls-remote" in line for line in seen)
    assert not any(TOKEN in line for line in seen)
    kept = [path for path in state.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert kept == []


async def test_https_says_what_is_wrong(
    https: Host, repository: Repository, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TOKEN", TOKEN)
    assert "its certificate is not one to trust" in await unavailable(over_https(https, state, ca="/dev/null"))
    anonymous = GitSource(settings(url=https.url, ca=str(https.ca)), state)
    assert "it wants a token" in await unavailable(anonymous)
    monkeypatch.setenv("GIT_TOKEN", "another")
    assert "it does not take our token" in await unavailable(over_https(https, state))
    monkeypatch.setenv("GIT_TOKEN", "two\nlines")
    assert "is no token" in await unavailable(over_https(https, state))
    monkeypatch.delenv("GIT_TOKEN")
    assert "environment variable GIT_TOKEN is not set" in await unavailable(over_https(https, state))


async def test_a_redirection_gets_no_token(https: Host, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TOKEN", TOKEN)
    https.elsewhere = f"https://localhost:{https.port}/elsewhere"
    assert "302" in await unavailable(over_https(https, state))
    assert https.asked == [""]


async def test_another_users_repository_is_read_and_runs_nothing(
    repository: Repository, state: Path, tmp_path: Path
) -> None:
    """git refuses it as dubious, unless somebody trusts it; its owner's settings name programs for every occasion."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to give a repository away")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for name in ("uploadpack.packObjectsHook", "core.fsmonitor", "core.sshCommand", "core.alternateRefsCommand"):
        git(repository.path, "config", name, str(trap))
    git(repository.path, "config", "core.hooksPath", str(tmp_path))
    commit = repository.commit("a: 1\n")
    for path in (repository.path, *repository.path.rglob("*")):
        os.chown(path, 65534, 65534)
    assert (await source(repository, state).latest()).revision == commit
    assert not (tmp_path / "sprung").exists()


async def test_a_giant_is_cut_off(repository: Repository, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.source.process.FILE_BLOCKS", 2048)
    repository.point(repository.tree({"movie.mkv": os.urandom(2 * 1024 * 1024)}))
    assert "it sends more than 256 MiB" in await unavailable(source(repository, state))
    assert [path for path in state.rglob("*") if path.is_file() and path.stat().st_size > 100_000] == []


async def test_two_programs_take_turns(repository: Repository, state: Path) -> None:
    repository.commit("a: 1\n")
    found = await asyncio.gather(*(source(repository, state).latest() for _ in range(4)))
    assert len({checkout.folder for checkout in found}) == 1


def command_lines() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def running_with(text: str) -> list[str]:
    return [line for line in command_lines() if text in line and "pytest" not in line]
