"""Somebody presses Ctrl-C: no more of the script is typed; what was begun is left or, at a commit, finished."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.transport import netmiko_talker
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.lines import Lines
from tests.transport_netmiko.terminal import Behaviour, terminal

QUESTION = "show running-config"
GUARD = 60
SCRIPT = Lines((), texts=("one", "two", "commit", "three"))


async def _cancelled_at(line: str, behaviour: Behaviour, work: Coroutine[Any, Any, object]) -> None:
    task = asyncio.create_task(work)
    await behaviour.has_heard(line)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(GUARD):
            await task


async def _closed(transport: NetmikoTransport) -> None:
    async with asyncio.timeout(GUARD):
        await transport.close()


def _script_lines(behaviour: Behaviour) -> list[str]:
    ours = {*SCRIPT.texts, "end", "leave one", "abandon one"}
    return [line for line in behaviour.said if line in ours]


@pytest.mark.parametrize("line", ["one", "two"])
async def test_before_the_commit_the_script_is_left_where_it_is(tmp_path: Path, line: str) -> None:
    behaviour = Behaviour(hold_at=line)
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=GUARD))
        await _cancelled_at(line, behaviour, transport.apply(SCRIPT))
        behaviour.released.set()
        await _closed(transport)
        typed = SCRIPT.texts[: SCRIPT.texts.index(line) + 1]
        assert _script_lines(behaviour) == [*typed, "end", "leave one"]
        assert behaviour.logins == 1


async def test_a_commit_is_waited_for_and_nothing_follows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netmiko_talker, "GRACE", 0.2)
    behaviour = Behaviour(hold_at="commit")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=GUARD))
        await _cancelled_at("commit", behaviour, transport.apply(SCRIPT))
        closing = asyncio.create_task(transport.close())
        await asyncio.sleep(0.5)
        assert not closing.done()
        monkeypatch.setattr(netmiko_talker, "GRACE", float(GUARD))
        behaviour.released.set()
        async with asyncio.timeout(GUARD):
            await closing
        assert _script_lines(behaviour) == ["one", "two", "commit", "end", "leave one"]
        assert behaviour.logins == 1


async def test_a_finished_commit_is_not_left_again(tmp_path: Path) -> None:
    behaviour = Behaviour(hold_at="commit")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=GUARD))
        await _cancelled_at("commit", behaviour, transport.apply(Lines((), texts=("one", "commit"))))
        behaviour.released.set()
        await _closed(transport)
        assert _script_lines(behaviour) == ["one", "commit"]


@pytest.mark.parametrize("line", ["one", "end", "leave one"])
async def test_a_switch_that_hangs_is_left_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """What it will not let us abort is aborted by the next run."""
    monkeypatch.setattr(netmiko_talker, "GRACE", 0.3)
    behaviour = Behaviour(hang_at=line, hold_at="two")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=4 * GUARD))
        await _cancelled_at("one" if line == "one" else "two", behaviour, transport.apply(SCRIPT))
        behaviour.released.set()
        await _closed(transport)
        assert "commit" not in behaviour.said
        assert behaviour.logins == 1


async def test_a_login_that_nobody_waits_for_types_nothing(tmp_path: Path) -> None:
    behaviour = Behaviour(hold_at="enable")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, connect_timeout=GUARD))
        await _cancelled_at("enable", behaviour, transport.apply(SCRIPT))
        behaviour.released.set()
        await _closed(transport)
        assert _script_lines(behaviour) == []


async def test_a_question_that_nobody_waits_for_is_dropped_at_once(tmp_path: Path) -> None:
    behaviour = Behaviour(hang_at=QUESTION)
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=4 * GUARD))
        await _cancelled_at(QUESTION, behaviour, transport.query([QUESTION, "never"]))
        behaviour.hang_at = ""
        async with asyncio.timeout(GUARD):
            assert (await transport.query([QUESTION]))[0].text
        await _closed(transport)
        assert "never" not in behaviour.said
        assert behaviour.logins == 2


async def test_a_save_is_finished_once_it_has_been_typed(tmp_path: Path) -> None:
    behaviour = Behaviour(hold_at="commit")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=GUARD))
        await _cancelled_at("commit", behaviour, transport.apply(Lines((), texts=("commit",))))
        behaviour.released.set()
        async with asyncio.timeout(GUARD):
            assert (await transport.query([QUESTION]))[0].text
        await _closed(transport)
        assert behaviour.logins == 1


async def test_what_waits_in_line_is_not_begun(tmp_path: Path) -> None:
    behaviour = Behaviour(hold_at=QUESTION)
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=GUARD))
        first = asyncio.create_task(transport.query([QUESTION]))
        await _cancelled_at(QUESTION, behaviour, transport.apply(SCRIPT))
        behaviour.released.set()
        assert (await first)[0].text
        await _closed(transport)
        assert _script_lines(behaviour) == []
