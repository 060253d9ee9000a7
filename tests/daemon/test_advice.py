"""What a plan or a revision says beside its changes reaches whoever is on call, also where all is in sync."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from reconciler.core.driver import Advice, Answer, Reading
from tests.daemon.fasttime import run
from tests.daemon.world import World
from tests.engine.fakes import DictDriver

NETWORKD = Advice("systemd-networkd deletes foreign routes: ManageForeignRoutes=no", frozenset({"route"}))


class AdvisingDriver(DictDriver):
    """Somebody else on the node works against us."""

    advice: ClassVar[tuple[Advice, ...]] = ()

    def read(self, answers: Sequence[Answer]) -> Reading:
        return dataclasses.replace(super().read(answers), advice=self.advice)


def test_advice_is_a_condition_also_where_all_is_in_sync(tmp_path: Path) -> None:
    world = World(tmp_path, ["n1"])
    world.driver = AdvisingDriver

    async def work() -> None:
        AdvisingDriver.advice = (NETWORKD,)
        async with world.running() as service:
            await asyncio.sleep(300.0)
            assert world.phase("n1") == "in sync"
            (one,) = service.hub.conditions
            assert (one.kind, one.subject, one.words) == ("advice", "n1", f"n1: {NETWORKD.text}")
            AdvisingDriver.advice = ()
            await asyncio.sleep(200.0)
            assert list(service.hub.conditions) == []

    run(work())
    told = world.told("advice")
    assert [(event.data["episode"], event.level) for event in told] == [("opened", "warning"), ("resolved", "info")]


def test_an_interface_that_is_missing_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, ["n1"])
    text = (world.source.folders["c1"] / "nodes.yaml").read_text()
    world.commit("c2", text=text.replace("dev: eth1}", "dev: eth7}"))

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            assert [(c.kind, c.words) for c in service.hub.conditions if c.kind == "advice"] == [
                ("advice", "n1: there is no interface eth7: 2 changes wait for it")
            ]

    run(work())


def test_warnings_of_a_revision_are_one_event(tmp_path: Path) -> None:
    world = World(tmp_path, ["n1"])
    cluster = 'kind: Cluster\nmetadata: {name: k}\nspec: {cni: calico, nodes: [n1], calico: {version: "3.30"}}\n'
    text = (world.source.folders["c1"] / "nodes.yaml").read_text()
    world.commit("c2", text=f"{text}apiVersion: reconciler/v1\n{cluster}")

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(300.0)

    run(work())
    (event,) = world.told("warning")
    assert event.words.startswith("revision c2: desired/nodes.yaml:")
    assert event.data == {"revision": "c2", "warnings": 2}
