"""How often a switch is tried that cannot be reached."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from unittest.mock import patch

import pytest

from reconciler.core.driver import Unreachable
from reconciler.desired.inventory import load_inventory
from reconciler.engine.reach import Ways, transport_for
from reconciler.transport.backoff import FIRST, LONGEST, Backoff
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.terminal import Behaviour, terminal

QUESTION = "show running-config"


def test_the_first_failure_costs_nothing_and_each_further_one_doubles_the_wait() -> None:
    now, backoff = 0.0, Backoff(lambda: now)
    waits = []
    for _ in range(12):
        assert backoff.left == 0
        backoff.failed("away")
        waits.append(backoff.left)
        now += backoff.left
    assert waits[0] == 0
    assert all(0.8 * want <= wait <= 1.2 * want for wait, want in zip(waits[1:7], (1, 2, 4, 8, 16, 32), strict=True))
    assert max(waits) <= 1.2 * LONGEST
    backoff.succeeded()
    backoff.failed("again")
    assert backoff.left == 0


async def test_a_switch_that_refuses_is_left_alone_for_a_while_and_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(Backoff.__init__, "__defaults__", (lambda: now, FIRST, LONGEST))
    behaviour = Behaviour(password="another")
    async with terminal(tmp_path, behaviour) as listening:
        transport = NetmikoTransport(listening.settings, backoff=Backoff())
        for _ in range(5):
            with pytest.raises(Unreachable, match="login refused for user admin"):
                await transport.query([QUESTION])
        assert behaviour.refused == 2
        with pytest.raises(Unreachable, match=r"login refused for user admin; tried again in 1 s"):
            await transport.query([QUESTION])
        behaviour.password, now = "right", 2.0
        assert (await transport.query([QUESTION]))[0].text
        await transport.close()


async def test_the_daemons_loop_alone_decides_when_a_switch_is_tried_again(tmp_path: Path) -> None:
    behaviour = Behaviour(password="another")
    async with terminal(tmp_path, behaviour) as listening:
        path = tmp_path / "inventory.yaml"
        path.write_text(
            "apiVersion: reconciler/v1\nkind: Inventory\nmetadata: {name: t}\nspec:\n  devices:\n    s1: "
            f"{{platform: arista_eos, host: {listening.settings.host}, port: {listening.settings.port}, "
            f"username: admin, password: {{env: PW}}, knownHosts: {listening.settings.known_hosts}}}\n"
        )
        inventory, ours = load_inventory(path), Ways.of_loop(64)
        with patch.dict(os.environ, {"PW": str(listening.settings.password)}):
            transport = transport_for("s1", inventory, ours)
        for _ in range(3):
            with pytest.raises(Unreachable, match=r"login refused for user admin$"):
                await transport.query([QUESTION])
        assert behaviour.refused == 3
        await transport.close()
        ours.close()


def test_a_daemon_has_a_thread_for_every_switch_that_it_speaks_to_or_waits_for() -> None:
    ours = Ways.of_loop(5)
    together = threading.Barrier(10)
    list(ours.threads.map(lambda one: together.wait(5.0), range(10)))
    ours.close()
    assert Ways.of_loop(1024).threads._max_workers == 128
