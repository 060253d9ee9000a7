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
from reconciler.core.words import plural
from reconciler.daemon.deployment import Bad, Deployment
from reconciler.daemon.scratch import inside, written
from reconciler.desired.repository import Repository
from reconciler.engine.fleet import fleet
from reconciler.report import plan_json, plan_text
from reconciler.report.screen import Screen
from reconciler.source.checkout import Checkout


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
    deployment: Deployment, name: str, revision: str, documents: Mapping[str, bytes], width: int | None = None
) -> Preview:
    """``documents`` by their path below the folder ``name``. Nothing is kept, and no device is asked."""
    try:
        folder = PurePosixPath(inside(name)).name if name else "desired"
        plan = await plan_of(
            deployment, revision, {f"{folder}/{inside(path)}": data for path, data in documents.items()}
        )
    except Bad as error:
        return Preview(accepted=False, lines=tuple(map(str, error.problems)) or (str(error),))
    lines = (*plan.warnings, *plan_text.lines(plan, Screen(width), approving))
    return Preview(accepted=True, lines=lines, verdict=_verdict(plan))


async def plan_of(deployment: Deployment, revision: str, documents: Mapping[str, bytes]) -> Plan:
    """The plan for documents that are not in force; the first part of their paths is the folder's name.

    Nothing is kept, and no device is asked that was read already. Raises: Bad.
    """
    scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="preview-"))
    try:
        place = await asyncio.to_thread(written, scratch / "documents", documents)
        folder = place / (PurePosixPath(next(iter(documents))).parts[0] if documents else "")
        return await _planned(deployment, await deployment.read(Checkout(revision, folder, "")))
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


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


def _verdict(plan: Plan) -> str:
    writes, waits = len(plan.writable), [device for device in plan.devices if device.changes and not device.writes]
    unknown = plan.having("unreachable", "unreadable")
    said = [f"applied to {plural(writes, 'device')}"] if writes else []
    said += [f"not applied now on {', '.join(device.name for device in waits)}"] if waits else []
    said += [f"{plural(len(unknown), 'device')} cannot be read now"] if unknown else []
    return "; ".join(said) or "nothing is to be done"
