"""A switch behind a jump host: the same session, over a real sshd; and words for a way that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.core.driver import Unreachable
from reconciler.transport.jumps import Jumps
from reconciler.transport.netmiko import NetmikoTransport
from reconciler.transport.settings import SshSettings
from reconciler.transport.tunnel import dialled
from tests.transport_netmiko.lab_switch import STARTUP, LabSwitch, lab_switch
from tests.transport_ssh.sshd import Sshd, free_port, running


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[LabSwitch]:
    folder = tmp_path / "switch"
    folder.mkdir()
    with lab_switch(folder, STARTUP) as running:
        yield running


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running(tmp_path) as server:
        yield server


def behind(sshd: Sshd, switch: LabSwitch, port: int) -> tuple[NetmikoTransport, Jumps]:
    jump = SshSettings("127.0.0.1", "root", sshd.known_hosts, port=sshd.port, key=sshd.key)
    settings, jumps = SshSettings("127.0.0.1", "admin", switch.settings.known_hosts, port=port, jump=jump), Jumps()
    return NetmikoTransport(switch.settings, lambda: dialled(settings, jumps)), jumps


async def test_a_switch_is_read_through_a_jump_host_and_again(switch: LabSwitch, sshd: Sshd) -> None:
    transport, jumps = behind(sshd, switch, switch.settings.port)
    for _ in range(2):
        (answer,) = await transport.query(["show running-config"])
        assert "hostname ceos01" in answer.text
    assert sshd.log.count("Accepted publickey") == 1
    await transport.close()
    jumps.close()


async def test_a_jump_host_that_does_not_get_there_says_so(switch: LabSwitch, sshd: Sshd) -> None:
    transport, jumps = behind(sshd, switch, free_port())
    with pytest.raises(Unreachable, match=r"the jump host does not get there: .*refused"):
        await transport.query(["show running-config"])
    await transport.close()
    jumps.close()


async def test_a_jump_host_that_is_away_says_so(switch: LabSwitch, sshd: Sshd) -> None:
    sshd.stop()
    transport, jumps = behind(sshd, switch, switch.settings.port)
    with pytest.raises(Unreachable, match="cannot be connected to: Connection refused"):
        await transport.query(["show running-config"])
    await transport.close()
    jumps.close()
