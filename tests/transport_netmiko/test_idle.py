"""Minutes pass between reading and applying: the switch may have hung up, and no script is ever sent twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core.driver import Unreachable
from reconciler.transport import netmiko_terminal
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.lines import Lines
from tests.transport_netmiko.terminal import CONFIG, Behaviour, terminal

QUESTION = "show running-config"
SCRIPT = Lines((), texts=("one", "two"))


def _script_lines(behaviour: Behaviour) -> list[str]:
    return [line for line in behaviour.said if line in ("one", "two", "three", "abandon one")]


@pytest.fixture(autouse=True)
def _every_terminal_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netmiko_terminal, "IDLE", 0.0)


async def test_a_terminal_that_was_closed_is_opened_anew(tmp_path: Path) -> None:
    behaviour = Behaviour()
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(listening.settings)
        await transport.query([QUESTION])
        behaviour.hang_up()
        assert len(await transport.apply(SCRIPT)) == 2
        behaviour.hang_up()
        assert len(await transport.apply(Lines((), texts=("three",)))) == 1
        await transport.close()
        assert _script_lines(behaviour) == ["one", "two", "three"]
        assert behaviour.logins == 3


async def test_a_terminal_that_died_without_a_word_is_opened_anew(tmp_path: Path) -> None:
    """A firewall that has forgotten the connection: everything typed disappears."""
    behaviour = Behaviour()
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(listening.settings)
        await transport.query([QUESTION])
        behaviour.deaf = behaviour.logins
        assert len(await transport.apply(SCRIPT)) == 2
        await transport.close()
        assert _script_lines(behaviour) == ["one", "two"]
        assert behaviour.logins == 2


async def test_a_terminal_that_is_still_there_is_used(tmp_path: Path) -> None:
    behaviour = Behaviour()
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(listening.settings)
        await transport.query([QUESTION])
        for process in behaviour.processes:
            process.stdout.write("\r\nsomebody is shutting this down # soon\r\nceos01#")
        assert (await transport.query([QUESTION]))[0].text == CONFIG.removesuffix("\n")
        await transport.close()
        assert behaviour.logins == 1


async def test_the_rest_of_a_script_is_never_typed_on_another_terminal(tmp_path: Path) -> None:
    behaviour = Behaviour(cut_after="one")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=30))
        with pytest.raises(Unreachable):
            await transport.apply(SCRIPT)
        assert "two" not in behaviour.said
        assert behaviour.said[-1] == "abandon one"
        await transport.close()


async def test_a_switch_that_is_away_is_tried_once(tmp_path: Path) -> None:
    behaviour = Behaviour(password="other")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(listening.settings)
        with pytest.raises(Unreachable, match="login refused"):
            await transport.apply(SCRIPT)
        await transport.close()
        assert behaviour.refused == 1
