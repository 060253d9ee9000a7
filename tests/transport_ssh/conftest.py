"""A running sshd per test, a namespace to change, and transports that are closed again."""

from __future__ import annotations

import dataclasses
import secrets
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from reconciler.transport.ssh import SshSettings, SshTransport

from .sshd import Sshd, running

Connect = Callable[..., SshTransport]


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network namespace with lo and a dummy-like veth pair, so that nothing happens to this machine's tables."""
    name = f"rclt-{secrets.token_hex(4)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    for words in ("link set lo up", "link add eth1 type veth peer name far", "link set eth1 up", "link set far up"):
        subprocess.run(["ip", "-n", name, *words.split()], check=True)
    subprocess.run(["ip", "-n", name, "address", "add", "10.10.10.11/24", "dev", "eth1"], check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


@pytest.fixture
async def connect(sshd: Sshd) -> AsyncIterator[Connect]:
    """``connect(**settings)``: a transport to the server; what is given replaces what works. ``clears``: its own."""
    opened: list[SshTransport] = []

    def make(*, clears: bool = False, **changed: object) -> SshTransport:
        works = SshSettings("127.0.0.1", "root", sshd.known_hosts, port=sshd.port, key=sshd.key, command_timeout=10)
        opened.append(SshTransport(dataclasses.replace(works, **changed), clears=clears))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for transport in opened:
        await transport.close()
