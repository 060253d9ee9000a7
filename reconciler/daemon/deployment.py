"""From a revision of the documents to what all devices are kept at; a bad one changes nothing and stops nobody."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.core.failpoint import failpoint
from reconciler.core.words import brief, plural
from reconciler.daemon.hub import Hub
from reconciler.daemon.keeper import Keeper
from reconciler.daemon.restraint import clusters_of
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.engine.bounds import limits_of
from reconciler.engine.compiled import Contradiction
from reconciler.engine.cycle import Cycle
from reconciler.engine.disk import Files
from reconciler.engine.fleet import Fleet
from reconciler.engine.owned import owns_of
from reconciler.engine.record import Record
from reconciler.engine.rollout import rollout_of
from reconciler.engine.transaction.terms import Terms
from reconciler.intent.compile import World
from reconciler.report.event import Event
from reconciler.settings.limits import LimitSettings
from reconciler.settings.model import Settings
from reconciler.settings.rollout import RolloutSettings
from reconciler.source.checkout import Checkout

PATIENCE = 60.0
"""Seconds for what is being written to a device that leaves the inventory, or is reached in another way from now on."""

FEW = 8
"""So many warnings of a revision are told in words; `reconcile validate` prints all."""


class Bad(Exception):
    """Documents that cannot be put in force; ``problems`` say where.

    Not ``lasting``: it hangs on what a cluster tells.
    """

    def __init__(self, problems: Sequence[Problem], words: str = "", *, lasting: bool = True) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(words or f"{problems[0]}{more}")
        self.problems = tuple(problems)
        self.lasting = lasting


@dataclass
class Deployment:
    """``state``: the folder of what is remembered. ``targeted``: the devices that this daemon looks after.

    ``limits``, ``rollout``, ``terms``: what the settings say of them, where the inventory says nothing.
    ``keepers`` by device. ``renewed``: called when devices may be others, or reached otherwise.
    """

    hub: Hub
    inventory_path: Path
    state: Path
    targeted: Callable[[str], bool] = lambda name: True
    fleet: Fleet = field(default_factory=lambda: Fleet(writes=True))
    limits: LimitSettings = field(default_factory=LimitSettings)
    rollout: RolloutSettings = field(default_factory=RolloutSettings)
    terms: Terms = field(default_factory=Terms)
    keepers: dict[str, Keeper] = field(default_factory=dict)
    renewed: Callable[[], None] = lambda: None
    inventory: Inventory | None = None
    checkout: Checkout | None = None
    previews: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One at a time compiles documents that are not in force: that costs memory, and threads that others need."""
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _files: Files = field(default_factory=Files)

    def __post_init__(self) -> None:
        self.hub.joint.call = self.hub.rolling.call = self._call
        self.hub.rolling.order = self._in_waves

    def _call(self, device: str) -> None:
        if (keeper := self.keepers.get(device)) is not None:
            keeper.call()

    def _in_waves(self, names: Iterable[str]) -> Sequence[Sequence[str]]:
        assert self.inventory is not None, "a revision is in force"
        return rollout_of(names, self.inventory, self.rollout.rolling)

    def read_inventory(self) -> Inventory:
        """Raises: Bad."""
        inventory = load_inventory(self.inventory_path)
        if errors := [problem for problem in inventory.problems if problem.severity == "error"]:
            raise Bad(errors)
        return inventory

    async def read(self, checkout: Checkout) -> Repository:
        """The documents, in themselves without a mistake. Raises: Bad."""
        repository = await asyncio.to_thread(load, checkout.folder)
        repository = dataclasses.replace(repository, revise=lambda: checkout.revision)
        if errors := repository.having("error"):
            raise Bad(errors)
        if not repository.documents:
            raise Bad((), "it holds no documents; nothing is ever deleted on the strength of an empty desired state")
        return repository

    async def candidate(self, repository: Repository, inventory: Inventory) -> Cycle:
        """What would be in force, with everything that was seen so far. Raises: Bad."""
        misfits = check_inventory(repository, inventory)
        if errors := [problem for problem in misfits if problem.severity == "error"]:
            raise Bad(errors)
        before = self.hub.cycle if self.checkout is not None else None
        compiler = before.compiler if before else None
        cycle = Cycle(
            repository,
            self.fleet.devices,
            before.record if before else Record(self.inventory_path, self.state, self._files.write),
            owns_of(inventory),
            self.hub.approved,
            restraint=self.hub.restraints,
            limits=limits_of(inventory, self.limits),
            terms=self.terms,
            seen=dict(before.seen) if before else {},
            before=compiler.latest if compiler else None,
            reads=self.hub.reads,
        )
        try:
            await _judge(cycle.compiler.world(cycle.seen))
        except Contradiction as error:
            raise Bad(error.problems, lasting=False) from None
        return cycle

    def obey(self, settings: Settings) -> None:
        """What they say of how changes are carried out, from the next plan on; of waves, from the next revision on."""
        self.limits, self.rollout, self.terms = settings.limits, settings.rollout, terms_of(settings)
        self.hub.rolling.wait = settings.rollout.wait
        if self.inventory is not None:
            self.hub.cycle.limits, self.hub.cycle.terms = limits_of(self.inventory, self.limits), self.terms

    async def put_in_force(self, checkout: Checkout, repository: Repository, inventory: Inventory) -> None:
        """From now on devices are kept at this revision; all of them look again. Raises: Bad, and nothing changes."""
        failpoint("before put in force")
        cycle = await self.candidate(repository, inventory)
        await self._end(self.fleet.changing(inventory, repository, self.targeted), PATIENCE)
        renewed = await self.fleet.renew(inventory, repository, self.targeted)
        seen = self.hub.cycle.seen if self.checkout is not None else {}
        cycle.seen = {name: sight for name, sight in seen.items() if name not in renewed}
        self.checkout, self.inventory = checkout, inventory
        self.renewed()
        self.hub.restraints.clusters = clusters_of(repository)
        self.hub.adopt(cycle, [name for name in self.fleet.devices if self._is_mentioned(cycle, name)])
        self._tell(checkout)
        self._warn(checkout, [*cycle.compiler.warnings, *map(str, _warnings(repository, inventory))])
        for name, device in self.fleet.devices.items():
            if name not in self.keepers:
                self.keepers[name] = Keeper(self.hub, device)
                self._running[name] = self.hub.start(self.keepers[name].run(), f"keep {name}")
            self.keepers[name].call()
        failpoint("put in force")

    def call_all(self) -> None:
        """Everybody looks again."""
        for keeper in self.keepers.values():
            keeper.call(at_once=False)

    async def stop(self, patience: float) -> None:
        """What is being written is finished, for so many seconds at most; then it is left as far as the device can."""
        await self._finish(frozenset(self.keepers), patience)
        await self.fleet.close()

    async def _finish(self, names: frozenset[str], patience: float) -> None:
        ending = [name for name in names if name in self._running]
        for name in ending:
            self.keepers[name].stop()
            if not self.keepers[name].applying:
                self._running[name].cancel()
        if ending:
            await asyncio.wait([self._running[name] for name in ending], timeout=patience)
        await self._cancel(names)

    async def _end(self, names: frozenset[str], patience: float) -> None:
        """These are reached in another way from now on, or no more: not before what is being written is finished."""
        await self._finish(names, patience)
        with suppress(TimeoutError):  # along with others, by another's keeper
            async with asyncio.timeout(patience), self.hub.writing(names):
                pass
        for name in names:
            self.keepers.pop(name, None)
        self.hub.forget(names)

    async def _cancel(self, names: frozenset[str]) -> None:
        ended = [self._running.pop(name) for name in names if name in self._running]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    def _is_mentioned(self, cycle: Cycle, name: str) -> bool:
        world = cycle.compiler.latest
        return world is not None and name in world and not cycle.devices[name].source

    def _tell(self, checkout: Checkout) -> None:
        what = f" ({checkout.subject!r} by {checkout.author})" if checkout.subject else ""
        signed = f", signed by {checkout.signature}" if checkout.signature else ""
        words = f"revision {brief(checkout.revision)} is in force{what}{signed}"
        data = {"revision": checkout.revision, "devices": plural(len(self.fleet.devices), "device")}
        self.hub.tell(Event("revision", words, data=data))

    def _warn(self, checkout: Checkout, warnings: Sequence[str]) -> None:
        """What is legal and suspect about documents and inventory, in one event."""
        if warnings:
            more = f" (and {len(warnings) - FEW} more)" if len(warnings) > FEW else ""
            words = f"revision {brief(checkout.revision)}: {'; '.join(warnings[:FEW])}{more}"
            data = {"revision": checkout.revision, "warnings": len(warnings)}
            self.hub.tell(Event("warning", words, level="warning", data=data))


def terms_of(settings: Settings) -> Terms:
    """On which terms plans are carried out. What interrupts somebody waits for an approval, what cuts us off always."""
    return Terms(settings.transaction, settings.rollback.timeout, settings.rollback.probes)


async def _judge(world: World) -> None:
    """Every contradiction on every device; after each of them everybody else has a turn. Raises: Contradiction."""
    problems = set[Problem]()
    for device in world:
        problems.update(world[device].problems)
        await asyncio.sleep(0)
    if problems:
        raise Contradiction(sorted(problems))


def _warnings(repository: Repository, inventory: Inventory) -> list[Problem]:
    """Those that the inventory has in itself, and together with the documents."""
    found = (*inventory.problems, *check_inventory(repository, inventory))
    return [problem for problem in found if problem.severity == "warning"]
