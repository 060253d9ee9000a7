"""What would be done: by a revision that somebody is about to push, and by the one in force at this moment."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from reconciler.core.plan import DevicePlan, Plan
from reconciler.core.words import plural, printable
from reconciler.daemon.deployment import Bad, Deployment
from reconciler.desired.repository import Repository
from reconciler.engine.fleet import fleet
from reconciler.report import plan_json, plan_text
from reconciler.report.screen import Screen
from reconciler.source.checkout import Checkout

FILES = 20_000
BYTES = 64 * 1024 * 1024
DEPTH = 64
"""Folders within folders."""


@dataclass(frozen=True, slots=True)
class Preview:
    """``lines``: problems or the plan, for people. ``verdict``: what will happen once it is accepted."""

    accepted: bool
    lines: tuple[str, ...]
    verdict: str = ""

    def document(self) -> dict[str, object]:
        verdict = {"verdict": self.verdict} if self.verdict else {}
        return {"accepted": self.accepted, "lines": list(self.lines), **verdict}


async def preview(
    deployment: Deployment, name: str, revision: str, documents: dict[str, bytes], width: int | None = None
) -> Preview:
    """``documents`` by their path below the folder ``name``. Nothing is kept, and no device is asked."""
    scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="preview-"))
    try:
        folder = await asyncio.to_thread(_written, scratch, name, documents)
        repository = await deployment.read(Checkout(revision, folder, ""))
        plan = await _planned(deployment, repository)
    except Bad as error:
        return Preview(accepted=False, lines=tuple(map(str, error.problems)) or (str(error),))
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
    lines = (*plan.warnings, *plan_text.lines(plan, Screen(width), approving))
    return Preview(accepted=True, lines=lines, verdict=_verdict(plan))


async def plan_in_force(deployment: Deployment, targeted: Callable[[str], bool]) -> Plan:
    """What the daemon would do now about these devices, as each was read last; none is asked.

    Device by device, as its own turn plans it: with what a person has approved of it. Raises: Contradiction.
    """
    cycle = deployment.hub.cycle
    found: list[DevicePlan] = []
    for name in filter(targeted, list(cycle.devices)):
        found += cycle.planned(cycle.seen, [name]).devices
        await asyncio.sleep(0)  # a thousand of them keep nobody waiting
    return Plan(cycle.repository.revision, tuple(found), cycle.compiler.warnings)


def plan_document(plan: Plan, width: int | None) -> dict[str, object]:
    """``plan``: plan/v1, with the ``digest`` of each device that differs. ``lines``: the same for people."""
    document = plan_json.document(plan)
    digests = {device.name: digest_of(device) for device in plan.devices if device.changes or device.approvable}
    known: Any = document["devices"]
    devices = [one | ({"digest": digests[one["name"]]} if one["name"] in digests else {}) for one in known]
    lines = [*plan.warnings, *plan_text.lines(plan, Screen(width), approving)]
    return {"plan": document | {"devices": devices}, "lines": lines}


def digest_of(device: DevicePlan) -> str:
    """What a person approves: the plan of this device alone, as its turn makes it (`daemon.turn`)."""
    return Plan("", (device,)).digest


def approving(devices: Sequence[DevicePlan]) -> str:
    """The command that has the daemon carry out what it holds of these devices."""
    return f"`reconcile approve {' '.join(map(digest_of, devices))}`"


async def _planned(deployment: Deployment, repository: Repository) -> Plan:
    """With everything as it was seen last; what nobody has looked at so far is read now. Raises: Bad."""
    inventory = deployment.inventory
    if inventory is None:
        inventory = await asyncio.to_thread(deployment.read_inventory)
    cycle = await deployment.candidate(repository, inventory)
    unseen = inventory.devices.keys() - cycle.seen.keys()
    async with fleet(inventory, repository, unseen.__contains__, writes=False) as strangers:
        cycle.devices = {**strangers, **deployment.fleet.devices}
        await cycle.look(unseen & strangers.keys() & cycle.compiler.world(cycle.seen).keys())
        return await cycle.planned_one_by_one(cycle.seen, deployment.hub.cycle if deployment.checkout else None)


def _written(scratch: Path, name: str, documents: Mapping[str, bytes]) -> Path:
    """The folder ``name`` in ``scratch``. Raises: Bad for what cannot be written there, and there alone."""
    if len(documents) > FILES or sum(map(len, documents.values())) > BYTES:
        raise Bad((), f"at most {FILES:,} documents with {BYTES:,} bytes are taken")
    folder = scratch / (PurePosixPath(_inside(name)).name if name else "desired")
    try:
        folder.mkdir()
        for path, data in documents.items():
            place = folder / _inside(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    except OSError as error:
        raise Bad((), f"the documents cannot be written: {error.strerror}") from None
    return folder


def _inside(name: str) -> PurePosixPath:
    """Raises: Bad for a path that leads out of where it begins."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not 0 < len(path.parts) <= DEPTH or "\0" in name:
        raise Bad((), f"{printable(name)[:80]!r} is no path of a document")
    return path


def _verdict(plan: Plan) -> str:
    writes, waits = len(plan.writable), [device for device in plan.devices if device.changes and not device.writes]
    unknown = plan.having("unreachable", "unreadable")
    said = [f"applied to {plural(writes, 'device')}"] if writes else []
    said += [f"not applied now on {', '.join(device.name for device in waits)}"] if waits else []
    said += [f"{plural(len(unknown), 'device')} cannot be read now"] if unknown else []
    return "; ".join(said) or "nothing is to be done"
