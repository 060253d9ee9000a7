"""Fifty switches: read side by side by a few threads, and one that hangs stops nobody else."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from reconciler.core.driver import Unreachable
from reconciler.engine.reach import SWITCHES_AT_ONCE
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.terminal import CONFIG, Behaviour, terminal

QUESTION = "show running-config"
MANY = 50


async def test_fifty_switches_need_no_more_than_sixteen_threads(tmp_path: Path) -> None:
    behaviour = Behaviour(delay=0.01)
    async with terminal(tmp_path, behaviour) as listening:
        settings = replace(listening.settings, connect_timeout=30, command_timeout=30)
        with ThreadPoolExecutor(SWITCHES_AT_ONCE, thread_name_prefix="switch") as threads:
            fleet = [NetmikoTransport(settings, threads=threads) for _ in range(MANY)]
            answers = await asyncio.gather(*(transport.query([QUESTION]) for transport in fleet))
            assert [answer.text for (answer,) in answers] == [CONFIG.removesuffix("\n")] * MANY
            assert behaviour.logins == MANY
            assert sum(thread.name.startswith("switch") for thread in threading.enumerate()) <= SWITCHES_AT_ONCE
            await asyncio.gather(*(transport.close() for transport in fleet))


async def test_a_switch_that_hangs_stops_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "deaf").mkdir()
    async with terminal(tmp_path, Behaviour()) as fine, terminal(tmp_path / "deaf", Behaviour(deaf=99)) as deaf:
        with ThreadPoolExecutor(2) as threads:
            hanging = NetmikoTransport(replace(deaf.settings, connect_timeout=1), threads=threads)
            other = NetmikoTransport(fine.settings, threads=threads)
            waiting = asyncio.create_task(hanging.query([QUESTION]))
            for _ in range(3):
                assert (await other.query([QUESTION]))[0].text == CONFIG.removesuffix("\n")
            assert not waiting.done()
            assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], Unreachable)
            await asyncio.gather(hanging.close(), other.close())
