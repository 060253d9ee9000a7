"""What a cluster tells while the daemon runs contradicts a document: one device waits, the others are healed."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from reconciler.cluster.ippool import IPPool
from reconciler.core.driver import Answer, Reading
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.route import Route
from tests.daemon.fasttime import run
from tests.daemon.world import World
from tests.engine.fakes import DictDriver
from tests.engine.test_facts import CLUSTER, KNOWN, NODES, POOL, WHOLE

BY_HAND = Route(dst="10.7.0.0/16", gateway="172.16.0.9", dev="eth1", protocol=142)


class TellingDriver(DictDriver):
    """Every node tells what the cluster knows of blocks."""

    kinds = (*LinuxDriver.kinds, IPPool)
    blocks: ClassVar[list[dict[str, str]]] = []

    def read(self, answers: Sequence[Answer]) -> Reading:
        facts = dataclasses.replace(KNOWN, affinities=list(self.blocks), blocks=[], felix=None)
        return dataclasses.replace(super().read(answers), facts={"cluster": facts})


def documents() -> str:
    """The way to the block 10.0.1.0/26 by hand on a; a route of its own on b."""
    words = {
        **WHOLE,
        "TUNNELa": WHOLE["TUNNELa"] + ", routes: [{dst: 10.0.1.0/26, via: 172.16.0.9, dev: eth1}]",
        "TUNNELb": WHOLE["TUNNELb"] + ", routes: [{dst: 10.7.0.0/16, via: 172.16.0.9, dev: eth1}]",
    }
    text = (CLUSTER + NODES + POOL).replace("eth0", "eth1")
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def test_it_holds_that_device_until_it_is_over_and_heals_the_others(tmp_path: Path) -> None:
    TellingDriver.blocks = []
    world = World(tmp_path, ["a", "b"])
    world.driver = TellingDriver
    world.commit("c1b", text=documents())

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            assert (world.phase("a"), world.phase("b")) == ("in sync", "in sync")
            TellingDriver.blocks = [{"node": "b", "cidr": "10.0.1.0/26", "state": "confirmed", "deleted": "false"}]
            await asyncio.sleep(200.0)
            assert (world.phase("a"), world.phase("b")) == ("held", "in sync")
            assert "10.0.1.0/26 table 254 metric 0 is wanted twice" in service.hub.standings["a"].reason
            world.lose("b", BY_HAND.key)
            await asyncio.sleep(1.0)
            assert world.has("b", BY_HAND)
            TellingDriver.blocks = []
            await asyncio.sleep(200.0)
            assert world.phase("a") == "in sync"
            assert list(service.hub.conditions) == []

    run(work())
    assert [event.data["episode"] for event in world.told("held")] == ["opened", "resolved"]
