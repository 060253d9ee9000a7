"""The undo of a transaction under a real systemd: its timer leads back to the second, and a confirmed one is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from reconciler.transport.ssh import SshSettings, SshTransport
from tests.system.machine import Machine, until
from tests.transport_ssh.armed import ROUTES, Node, drops, name, puts
from tests.transport_ssh.conftest import namespace as namespace
from tests.transport_ssh.sshd import running


@pytest.fixture
def booted(tmp_path: Path, namespace: str) -> Iterator[Machine]:
    machine = Machine(tmp_path / "machine", namespace, more=("--capability=CAP_NET_ADMIN",))
    machine.boot()
    yield machine
    machine.close()


@pytest.fixture
async def transport(tmp_path: Path, booted: Machine) -> AsyncIterator[SshTransport]:
    shell = f"nsenter --target={booted._leader} --all --root --wdns=/ -- sh"
    (tmp_path / "sshd").mkdir()
    with running(tmp_path / "sshd") as sshd:
        made = SshTransport(
            SshSettings("127.0.0.1", "root", sshd.known_hosts, port=sshd.port, key=sshd.key, shell=shell)
        )
        yield made
        await made.close()


def units(machine: Machine, number: int) -> str:
    return machine.systemctl("list-units", "--all", "--no-legend", f"{name(number)}*").strip()


async def test_its_timer_is_in_time_and_leaves_nothing(transport: SshTransport, booted: Machine) -> None:
    node = Node(booted.namespace)
    for number, ends in ((1, "confirm"), (2, "roll back"), (3, "by itself")):
        commit = transport.transaction(number, 2 if ends == "by itself" else 60)
        assert await commit.arm(drops(*ROUTES)) == []
        began = time.monotonic()
        assert f"{name(number)}.timer" in units(booted, number)
        assert await commit.apply(puts(*ROUTES)) == []
        if ends == "by itself":
            await asyncio.to_thread(until, lambda: not any(node.has(ROUTES)))
            assert 1.9 < time.monotonic() - began < 4
        else:
            assert await (commit.confirm() if ends == "confirm" else commit.roll_back()) == []
        assert node.has(ROUTES) == [ends == "confirm"] * len(ROUTES)
        await asyncio.to_thread(until, lambda: not units(booted, number))  # noqa: B023
        assert booted.globbed("/run/reconciler-undo") == []
        node.runs("ip route flush proto 142")
