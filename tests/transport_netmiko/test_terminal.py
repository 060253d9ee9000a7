"""The transport on a misbehaving terminal: every failure ends in bounded time and says which host and why."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from reconciler.core.driver import Failure, Script, Unreachable
from reconciler.transport import netmiko_talker, netmiko_terminal
from reconciler.transport.netmiko import NetmikoTransport, Settings
from reconciler.transport.netmiko_terminal import Terminal
from tests.transport_netmiko.lines import Lines
from tests.transport_netmiko.terminal import CONFIG, Behaviour, terminal

QUESTION = "show running-config"


async def _failing(settings: Settings) -> str:
    transport = NetmikoTransport(settings)
    try:
        with pytest.raises(Unreachable) as caught:
            await transport.query([QUESTION])
    finally:
        await transport.close()
    reason = str(caught.value)
    assert reason.startswith(f"{settings.host}: ")
    assert "\n" not in reason
    assert "right" not in reason
    return reason.removeprefix(f"{settings.host}: ")


async def test_a_switch_with_too_many_sessions_says_so(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour(full=True)) as listening:
        reason = await _failing(listening.settings)
    assert reason == "logged in, but no terminal was given (ChannelException(2, 'Connect failed'))"


class Dying:
    """A netmiko connection that is lost just when it is closed."""

    @property
    def remote_conn(self) -> Dying:
        return self

    def close(self) -> None:
        raise EOFError

    def disconnect(self) -> None:
        raise OSError("Socket is closed")


def test_closing_what_is_lost_already_is_no_news() -> None:
    """paramiko's packetizer raises EOFError then, and no other device would have been looked after any more."""
    Terminal(Dying(), "ceos01").close()  # type: ignore[arg-type]


async def test_an_answer_comes_without_echo_and_prompt(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour()) as listening:
        transport = NetmikoTransport(listening.settings)
        answers = await transport.query([QUESTION, "nothing", QUESTION])
        await transport.close()
    assert [answer.text for answer in answers] == [CONFIG.removesuffix("\n"), "", CONFIG.removesuffix("\n")]


async def test_a_warm_question_is_one_line_and_one_login(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour()) as listening:
        transport = NetmikoTransport(listening.settings)
        await transport.query([QUESTION])
        listening.behaviour.said.clear()
        for _ in range(3):
            await transport.query([QUESTION])
        await transport.close()
        assert listening.behaviour.said == [QUESTION] * 3
        assert listening.behaviour.logins == 1


@pytest.mark.parametrize("piece", [1, 7])
async def test_answers_may_come_in_any_pieces(tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even with a line that looks like a prompt, as long as the network is not silent just there."""
    monkeypatch.setattr(netmiko_terminal, "SILENCE", 0.3)
    async with terminal(tmp_path, Behaviour(piece=piece, banner="a # b > c\n# > ceos01#\n")) as listening:
        transport = NetmikoTransport(listening.settings)
        answers = await transport.query([QUESTION, QUESTION])
        await transport.close()
    assert {answer.text for answer in answers} == {CONFIG.removesuffix("\n")}


async def test_the_name_may_change_under_our_hands(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour()) as listening:
        transport = NetmikoTransport(listening.settings)
        await transport.query([QUESTION])
        listening.behaviour.name = "spine-1.example"
        changed = await transport.query([QUESTION, QUESTION])
        await transport.close()
    assert {answer.text for answer in changed} == {CONFIG.removesuffix("\n")}


async def test_enable_with_and_without_a_secret(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour(secret="open")) as listening:
        transport = NetmikoTransport(replace(listening.settings, secret="open"))
        assert (await transport.query([QUESTION]))[0].text
        await transport.close()
        wrong = replace(listening.settings, secret="shut", connect_timeout=2)
        assert await _failing(wrong) == "`enable` was refused for user admin"


async def test_a_key_opens_the_door_as_well(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    file = tmp_path / "id"
    file.write_bytes(key.export_private_key())
    behaviour = Behaviour(password="other", public_key=key.export_public_key().decode())
    async with terminal(tmp_path, behaviour) as listening:
        with_key = replace(listening.settings, password=None, key=file)
        transport = NetmikoTransport(with_key)
        assert (await transport.query([QUESTION]))[0].text
        await transport.close()
        file.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
        assert await _failing(with_key) == "login refused for user admin"
        none = tmp_path / "none"
        assert await _failing(replace(with_key, key=none)) == f"the key {none} cannot be read"


async def test_one_hanging_switch_keeps_no_other_waiting(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    async with (
        terminal(tmp_path / "a", Behaviour(hang_at=QUESTION)) as bad,
        terminal(tmp_path / "b", Behaviour()) as good,
    ):
        hanging = NetmikoTransport(replace(bad.settings, command_timeout=4))
        quick = NetmikoTransport(good.settings)
        await quick.query([QUESTION])
        waiting = asyncio.create_task(hanging.query([QUESTION]))
        for _ in range(20):
            await quick.query([QUESTION])
        assert not waiting.done()
        with pytest.raises(Unreachable):
            await waiting
        await hanging.close()
        await quick.close()


async def test_a_refused_login_says_so(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour(password="other")) as listening:
        assert await _failing(listening.settings) == "login refused for user admin"


async def test_host_keys_are_always_checked(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour()) as listening:
        nothing = replace(listening.settings, known_hosts=tmp_path / "nothing")
        assert await _failing(nothing) == "host key unknown: `reconcile trust` shows and records it"
        stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        listening.settings.known_hosts.write_text(f"[127.0.0.1]:{listening.settings.port} {stranger}")
        changed = await _failing(listening.settings)
        assert changed.startswith("HOST KEY CHANGED")
        assert "`reconcile trust`" in changed
        assert listening.behaviour.logins == 0


async def test_nobody_there_is_said_at_once(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour()) as listening:
        settings = listening.settings
    assert await _failing(settings) == f"no connection to port {settings.port} (Connection refused)"
    assert "name" in (await _failing(replace(settings, host="no-such-host.invalid"))).lower()


async def test_a_port_that_says_nothing_ends_in_time(tmp_path: Path) -> None:
    silent = await asyncio.start_server(lambda reader, writer: asyncio.sleep(60), "127.0.0.1", 0)
    async with terminal(tmp_path, Behaviour()) as listening:
        port = silent.sockets[0].getsockname()[1]
        reason = await _failing(replace(listening.settings, port=port, connect_timeout=1))
    silent.close()
    assert reason.startswith(f"no connection to port {port}")


@pytest.mark.parametrize("hang_at", ["terminal width 511", "terminal length 0", "enable", QUESTION])
async def test_a_terminal_that_hangs_ends_in_time(tmp_path: Path, hang_at: str) -> None:
    async with terminal(tmp_path, Behaviour(hang_at=hang_at)) as listening:
        reason = await _failing(replace(listening.settings, connect_timeout=1, command_timeout=1))
    assert reason in (
        "logged in, but no prompt within 1 s",
        "`enable` was refused for user admin",
        f"no answer to '{QUESTION}' within 1 s",
    )


async def test_a_cut_is_noticed_at_once_and_mended_by_the_next_use(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour(cut_at=QUESTION)) as listening:
        transport = NetmikoTransport(replace(listening.settings, command_timeout=30))
        with pytest.raises(Unreachable, match=f"127.0.0.1: the connection was lost at '{QUESTION}'"):
            await transport.query([QUESTION])
        listening.behaviour.cut_at = ""
        assert (await transport.query([QUESTION]))[0].text == CONFIG.removesuffix("\n")
        assert listening.behaviour.logins == 2
        await transport.close()


async def test_what_was_half_said_is_cleared_up_and_never_said_again(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour(cut_at="two")) as listening:
        transport = NetmikoTransport(listening.settings)
        with pytest.raises(Unreachable, match="the connection was lost at 'two'"):
            await transport.apply(Lines((), texts=("one", "two", "three")))
        said = [line for line in listening.behaviour.said if line in ("one", "two", "three", "abandon one")]
        assert said == ["one", "two", "abandon one"]
        assert listening.behaviour.logins == 2
        await transport.close()


async def test_a_new_connection_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour()) as listening:
        transport = NetmikoTransport(listening.settings)
        await transport.apply(Lines((), texts=("one", "fresh", "two")))
        assert listening.behaviour.logins == 2
        assert [process.is_closing() for process in listening.behaviour.processes] == [True, False]
        await transport.close()


async def test_where_no_new_connection_can_be_opened_the_old_one_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(netmiko_talker, "TRIES", 1)
    async with terminal(tmp_path, Behaviour()) as listening:
        transport = NetmikoTransport(listening.settings)
        await transport.apply(Lines((), texts=("one",)))
        listening.behaviour.password = "another"
        with pytest.raises(Unreachable, match="login refused"):
            await transport.apply(Lines((), texts=("one", "fresh", "two")))
        assert listening.behaviour.said[-2:] == ["one", "abandon one"]
        assert listening.behaviour.logins == 1
        await transport.close()


async def test_a_script_s_answers_come_back(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour(answers={"one": "% no\n"})) as listening:
        transport = NetmikoTransport(listening.settings)
        assert await transport.apply(Lines((), texts=("one", "two"))) == [Failure(None, "% no"), Failure(None, "")]
        with pytest.raises(TypeError):
            await transport.apply(Script(()))
        await transport.close()


async def test_what_a_switch_says_is_printed_on_one_line_without_its_control_characters(tmp_path: Path) -> None:
    said = "% \x1b]0;owned\x07full\n\x9b2J\u202eflash\n"
    async with terminal(tmp_path, Behaviour(answers={"one": said})) as listening:
        transport = NetmikoTransport(listening.settings)
        [failure] = await transport.apply(Lines((), texts=("one",)))
        await transport.close()
    words = r"% \x1b]0;owned\x07full \x9b2J\u202eflash"
    assert failure.reason == words


async def test_a_slow_switch_is_waited_for(tmp_path: Path) -> None:
    async with terminal(tmp_path, Behaviour(delay=0.4)) as listening:
        transport = NetmikoTransport(listening.settings)
        assert (await transport.query([QUESTION]))[0].text == CONFIG.removesuffix("\n")
        await transport.close()
