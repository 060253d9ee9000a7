"""The metrics' view of a daemon: what it says while things happen."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from reconciler.daemon.gauges import unready, view
from reconciler.daemon.service import Service
from reconciler.settings.heal import HealRule
from reconciler.sinks.metrics.metrics import Metrics
from reconciler.sinks.metrics.view import DeviceView, View
from tests.daemon.fasttime import now, run
from tests.daemon.world import ONE, TWO, World, slow, until
from tests.engine.fakes import DictTransport


def device(service: Service, name: str) -> DeviceView:
    return view(service).devices[name]


def test_it_is_ready_once_a_revision_is_in_force_and_everybody_was_looked_at(tmp_path: Path) -> None:
    async def work() -> list[str]:
        world = World(tmp_path)
        world.commit("bad", text="kind: [")
        slow(world, "n2", 5.0)
        said = []
        async with world.running() as service:
            await service.following.looked.wait()
            said.append(unready(service))
            assert view(service).devices == {}
            world.source.head = "c1"
            await service.following.look()
            await until_read(service, "n1")
            said.append(unready(service))
            assert (view(service).ready, device(service, "n2").up) == (False, None)
            await service.hub.complete.wait()
            said.append(unready(service))
            assert (view(service).ready, view(service).revision) == (True, "c1")
        return said

    assert run(work()) == ["no revision is in force yet", "1 device not looked at yet: n2", ""]


async def until_read(service: Service, name: str) -> None:
    while name not in service.hub.cycle.seen:
        await asyncio.sleep(0.01)


def test_a_drift_that_is_held_and_a_device_that_is_away(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        world.heal = (HealRule(devices=("n1",), heal="hold"),)
        world.transports["n1"] = DictTransport.having(ONE, TWO)
        async with world.running() as service:
            await until(world, "in sync")
            good = device(service, "n1").good
            assert good is not None
            assert (device(service, "n1").in_sync, device(service, "n1").up) == (True, True)
            world.forge("n1")
            world.transports["n2"].down = "no route to host"
            service.deployment.keepers["n2"].call()
            await until(world, "held", "n1")
            await until(world, "unreachable", "n2")
            held, away = device(service, "n1"), device(service, "n2")
            assert (held.held, held.drift, held.in_sync, held.differences) == (True, True, False, 1)
            assert good <= (held.good or 0.0) <= now()
            assert (away.up, away.in_sync, away.held) == (False, False, False)
            found: View = view(service)
            assert found.conditions == {"drift": 1, "unreachable": 1}

    run(work())


def test_a_suspension_that_is_forgotten_and_a_fight(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path, reread="12h", debounce="50ms")
        world.flips = 2
        async with world.running() as service:
            await until(world, "in sync")
            world.suspend("n1", None)
            world.suspend("n*", 3600.0)
            first = device(service, "n1")
            assert (first.suspended, first.suspended_until, first.forgotten) == (True, None, False)
            assert device(service, "n2").suspended_until == pytest.approx(now() + 3600, abs=1)
            await asyncio.sleep(25 * 3600)
            assert (device(service, "n1").forgotten, device(service, "n2").suspended) == (True, False)
            for _ in range(3):
                world.forge("n2")
                await asyncio.sleep(1.0)
            assert device(service, "n2").fights == 1
            assert view(service).conditions["fight"] == 1

    run(work())


def test_what_the_daemon_tells_is_counted(tmp_path: Path) -> None:
    """A drift that is put back, found in the device's own word; and an apply that fails again and again."""

    async def work() -> str:
        world = World(tmp_path)
        async with world.running() as service:
            metrics = Metrics(lambda: view(service))
            service.hub.bus.attach(metrics.hear)
            await until(world, "in sync")
            world.forge("n1")
            await asyncio.sleep(1.0)
            world.transports["n2"].refuses = frozenset({ONE.key.name})
            world.lose("n2")
            await asyncio.sleep(10.0)
            assert device(service, "n2").failing
            return metrics.page().body.decode()

    said = set(run(work()).splitlines())
    assert {
        'reconciler_drifts_total{device="n1"} 1',
        'reconciler_drift_healed_total{device="n1"} 1',
        'reconciler_changes_applied_total{device="n1",verb="update"} 1',
        'reconciler_drift_detection_seconds_count{by="heard"} 1.0',
        'reconciler_drift_detection_seconds_count{by="read"} 1.0',
        "reconciler_drift_healing_seconds_count 1.0",
        'reconciler_drift_open{device="n1"} 0',
        'reconciler_drift_open{device="n2"} 1',
        'reconciler_apply_failing{device="n2"} 1',
        'reconciler_apply_failures_total{device="n1"} 0',
        'reconciler_conditions{kind="failed"} 1.0',
    } <= said
    assert 'reconciler_apply_failures_total{device="n2"} 0' not in said


def test_looking_at_devices_costs_little(tmp_path: Path) -> None:
    """Many suspensions as well; the best of a few, for the machine does other things too."""

    async def work() -> float:
        world = World(tmp_path, names=[f"n{number:03}" for number in range(100)], reread="12h")
        async with world.running() as service:
            await until(world, "in sync")
            for number in range(50):
                world.suspend(f"n{number:03}*", 3600.0)
            return min(took(service) for _ in range(10))

    def took(service: Service) -> float:
        began = time.perf_counter()
        assert len(view(service).devices) == 100
        return time.perf_counter() - began

    assert run(work()) < 0.005
