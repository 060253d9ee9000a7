"""A daemon over devices made of dictionaries, in fast time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.core.codec import as_json
from reconciler.core.driver import Answer
from reconciler.core.resource import Key
from reconciler.daemon.archive import Archive, Files
from reconciler.daemon.condition import Conditions
from reconciler.daemon.deployment import Deployment
from reconciler.daemon.event import Bus
from reconciler.daemon.fights import Fights
from reconciler.daemon.following import Following
from reconciler.daemon.hub import Hub
from reconciler.daemon.restraint import Restraints
from reconciler.daemon.service import Service
from reconciler.daemon.standing import Standing
from reconciler.daemon.suspension import Suspension, Suspensions
from reconciler.desired.inventory import Inventory
from reconciler.desired.repository import Repository
from reconciler.engine.fleet import Fleet
from reconciler.engine.observe import Device
from reconciler.linux.route import Route
from reconciler.report.event import Event
from reconciler.settings.heal import HealRule
from reconciler.settings.load import load_settings
from reconciler.settings.loop import LoopSettings
from reconciler.settings.model import Settings
from reconciler.settings.window import Window
from reconciler.settings.windows import Windows
from reconciler.source.checkout import Checkout, Refused, Unavailable
from tests.daemon.fasttime import now
from tests.engine.fakes import NODE, DictDriver, DictTransport, device

ONE = Route(dst="10.1.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
TWO = Route(dst="10.2.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
FORGED = Route(dst="10.1.0.0/16", gateway="10.0.0.66", dev="eth1", protocol=142)


class FakeFleet(Fleet):
    """Devices that are there already."""

    def __init__(
        self, transports: dict[str, DictTransport], audited: Iterable[str] = (), driver: type[DictDriver] = DictDriver
    ) -> None:
        super().__init__(writes=True)
        self._there = {name: device(name, one, driver(), audit=name in audited) for name, one in transports.items()}

    async def renew(
        self, inventory: Inventory, repository: Repository, targeted: Callable[[str], bool] = lambda name: True
    ) -> frozenset[str]:
        changed = self.changing(inventory, repository, targeted)
        for name in changed & self.devices.keys():
            device = self.devices.pop(name)
            await device.transport.close()
        wanted = {name for name in inventory.devices if name in self._there and targeted(name)}
        self.devices.update({name: self._there[name] for name in sorted(wanted)})
        return changed

    def changing(
        self, inventory: Inventory, repository: Repository, targeted: Callable[[str], bool] = lambda name: True
    ) -> frozenset[str]:
        wanted = {name for name in inventory.devices if name in self._there and targeted(name)}
        return frozenset(self.devices.keys() ^ wanted)

    def device(self, name: str) -> Device:
        return self._there[name]


@dataclass
class FakeSource:
    """Commits in a row; ``away``, ``refused``: why the next look fails. ``straight``: commits follow on one another."""

    folders: dict[str, Path] = field(default_factory=dict)
    head: str = ""
    away: str = ""
    refused: str = ""
    straight: bool = True
    looks: int = 0

    async def latest(self) -> Checkout:
        self.looks += 1
        if self.away:
            raise Unavailable(self.away)
        if self.refused:
            raise Refused(self.refused, self.head)
        return Checkout(self.head, self.folders[self.head], self.head)

    async def at(self, revision: str) -> Checkout:
        if revision not in self.folders:
            raise Unavailable("it is not here")
        return Checkout(revision, self.folders[revision], revision)

    async def is_forward(self, old: str, new: str) -> bool:
        return self.straight


class FakeRecorder:
    """Keeps documents, as the journal does."""

    def __init__(self) -> None:
        self.kept: dict[str, Files] = {}
        self.named: dict[str, tuple[str, str]] = {}

    async def put_in_force(self, revision: str, files: Files, subject: str, author: str) -> None:
        self.kept[revision], self.named[revision] = dict(files), (subject, author)

    async def about(self, revision: str) -> tuple[str, str]:
        return self.named.get(revision, ("", ""))

    async def documents(self, revision: str) -> Files | None:
        return self.kept.get(revision)


class World:
    """``transports``: the devices. ``events``: everything that was told. ``recorder``: outlives the daemon.

    ``spec``: lines of its settings.
    """

    def __init__(self, folder: Path, names: Iterable[str] = ("n1", "n2"), **loop: Any) -> None:
        self.folder = folder
        self.transports = {name: DictTransport.having() for name in names}
        self.source = FakeSource()
        self.recorder = FakeRecorder()
        self.events: list[Event] = []
        self.heal: tuple[HealRule, ...] = ()
        self.windows: tuple[Window, ...] = ()
        self.audited: tuple[str, ...] = ()
        self.driver: type[DictDriver] = DictDriver
        self.flips = 3
        self.loop = LoopSettings.model_validate(loop)
        self.kept: dict[str, Any] = {}
        self.spec = ""
        (folder / "inventory.yaml").write_text(
            "apiVersion: reconciler/v1\nkind: Inventory\nmetadata: {name: t}\nspec:\n  devices:\n"
            + "".join(f"    {name}: {{platform: linux, host: 192.0.2.1, username: root}}\n" for name in self.transports)
        )
        self.commit("c1")

    def commit(self, revision: str, names: Iterable[str] | None = None, text: str = "") -> None:
        """The documents want two routes on every device, or on ``names`` alone; or they are ``text``."""
        place = self.folder / "checkouts" / revision / "desired"
        place.mkdir(parents=True)
        wanted = self.transports if names is None else names
        (place / "nodes.yaml").write_text(text or "".join(NODE.format(name=name) for name in wanted))
        self.source.folders[revision] = place
        self.source.head = revision

    def settle(self, spec: str = "", *, state: str = "state") -> Path:
        """The settings' file, with these lines in its ``spec`` beside what the daemon was started with."""
        path = self.folder / "config.yaml"
        path.write_text(
            "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: t}\nspec:\n"
            f"  source: {{path: checkouts}}\n  inventory: inventory.yaml\n  state: {state}\n  socket: s\n{spec}"
        )
        return path

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """The daemon, from the moment it is started to a clean end."""
        self.service = self._service()
        await self.begin()
        tasks = [asyncio.create_task(one) for one in (self.service.following.run(), self.service.watch_clock())]
        try:
            yield self.service
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.service.deployment.stop(10.0)
            await self.end()

    async def begin(self) -> None:
        """Before anything happens: who listens."""

    async def end(self) -> None:
        """After everything else."""

    def _service(self) -> Service:
        bus = Bus()
        bus.attach(self.events.append)
        conditions = Conditions(bus, now, self.kept.get("conditions"), self._keep)
        fights = Fights(self.flips, clock=now, known=self.kept.get("fights"), changed=self._keep)
        suspensions = Suspensions(self.kept.get("suspended"), self._keep, now)
        restraints = Restraints(
            suspensions,
            fights,
            self.heal,
            Windows(self.windows),
            lambda: datetime.fromtimestamp(now(), UTC),
        )
        hub = Hub(self.loop, bus, conditions, restraints, now=now)
        fleet = FakeFleet(self.transports, self.audited, self.driver)
        settings = load_settings(self.settle(self.spec)).settings
        assert settings is not None
        deployment = Deployment(hub, self.folder / "inventory.yaml", self.folder / "state", fleet=fleet)
        deployment.obey(settings)
        hub.recompiled = deployment.call_all
        archive = self.archive(settings, hub, deployment)
        following = Following(deployment, self.source, 30.0, self.kept, archive=archive)
        return Service(settings, hub, deployment, following, now())

    def archive(self, settings: Settings, hub: Hub, deployment: Deployment) -> Archive:
        """What keeps the documents of what was in force."""
        return Archive(self.recorder, self.folder / "recorded")

    def _keep(self) -> None:
        self.kept["conditions"] = self.service.hub.conditions.documents()
        self.kept["suspended"] = self.service.hub.restraints.suspensions.documents()
        self.kept["fights"] = self.service.hub.restraints.fights.documents()

    def has(self, name: str, *routes: Route) -> bool:
        rows = self.transports[name].rows
        return all(rows.get(route.key, {}).get("gateway") == route.gateway for route in routes)

    def forge(self, name: str, route: Route = FORGED) -> None:
        """Somebody changes the device by hand, and it tells us."""
        self.transports[name].rows[route.key] = as_json(route)
        self.service.deployment.keepers[name].call(told=True)

    def lose(self, name: str, key: Key = ONE.key) -> None:
        self.transports[name].rows.pop(key, None)
        self.service.deployment.keepers[name].call()

    def told(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind and event.level != "debug"]

    def phase(self, name: str) -> str:
        return self.service.hub.standings.get(name, Standing()).phase

    def suspend(self, target: str, seconds: float | None, reason: str = "maintenance") -> None:
        until = None if seconds is None else now() + seconds
        self.service.suspend(Suspension(target, reason, "me", now(), until))


async def until(world: World, phase: str, *names: str) -> None:
    """Every device, or each of ``names``, is at ``phase``."""
    standings = world.service.hub.standings
    async with asyncio.timeout(5.0):
        while any(name not in standings or world.phase(name) != phase for name in names or world.transports):
            await asyncio.sleep(0.01)


def slow(world: World, name: str, seconds: float) -> None:
    """The device answers late from now on."""
    transport = world.transports[name]
    query = transport.query

    async def late(questions: Sequence[str]) -> Sequence[Answer]:
        await asyncio.sleep(seconds)
        return await query(questions)

    transport.query = late  # type: ignore[method-assign]


def other(world: World, number: int) -> str:
    return "".join(NODE.format(name=name) for name in world.transports).replace("10.2.", f"10.{number}.")
