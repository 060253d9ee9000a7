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
from reconciler.engine.cycle import Cycle
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


@dataclass(frozen=True, slots=True)
class InForce:
    """``digests``: by device that differs, what a person approves: of its own plan, or of a joint one."""

    plan: Plan
    digests: Mapping[str, str]

    def approving(self, devices: Sequence[DevicePlan]) -> str:
        """The command that has the daemon carry out what it holds of these devices."""
        return f"`reconcile approve {' '.join(dict.fromkeys(self.digests[one.name] for one in devices))}`"


async def plan_in_force(deployment: Deployment, targeted: Callable[[str], bool]) -> InForce:
    """What the daemon would do now about these devices, as each was read last; none is asked.

    Device by device, as its own turn plans it: with what a person has approved of it, and held with all that it would
    be written to together with, where that cuts flows. Raises: Contradiction.
    """
    cycle = deployment.hub.cycle
    found, digests = dict[str, DevicePlan](), dict[str, str]()
    for name in filter(targeted, list(cycle.devices)):
        for device in cycle.planned(cycle.seen, [name]).devices if name not in found else ():
            joint = await _joint(deployment, device, cycle)
            digest = joint.digest
            for one in filter(lambda one: targeted(one.name), joint.devices):
                found[one.name] = one
                digests |= {one.name: digest} if one.changes or one.approvable else {}
        await asyncio.sleep(0)  # a thousand of them keep nobody waiting
    shown = tuple(found[name] for name in cycle.devices if name in found)
    return InForce(Plan(cycle.repository.revision, shown, cycle.compiler.warnings), digests)


async def _joint(deployment: Deployment, device: DevicePlan, cycle: Cycle) -> Plan:
    """The plan that ``device`` would be written to by (`daemon.turn`)."""
    alone = Plan(cycle.repository.revision, (device,))
    if not device.writes:
        return alone
    joint = deployment.hub.joint
    if device.cause == "pending" and len(await joint.group(device.name, cycle)) > 1:
        shown = await joint.shown(device.name, cycle)
        return shown if any(one.name == device.name for one in shown.devices) else alone
    return cycle.held_where_it_interrupts(await asyncio.to_thread(cycle.in_order, alone))


def plan_document(shown: InForce, width: int | None) -> dict[str, object]:
    """``plan``: plan/v1, with the ``digest`` of each device that differs. ``lines``: the same for people."""
    document = plan_json.document(shown.plan)
    known: Any = document["devices"]
    devices = [one | ({"digest": shown.digests[one["name"]]} if one["name"] in shown.digests else {}) for one in known]
    lines = [*shown.plan.warnings, *plan_text.lines(shown.plan, Screen(width), shown.approving)]
    return {"plan": document | {"devices": devices}, "lines": lines}


def digest_of(device: DevicePlan) -> str:
    """What a person approves of a revision that is not in force: the plan of this device alone."""
    return Plan("", (device,)).digest


def approving(devices: Sequence[DevicePlan]) -> str:
    """The command that will have the daemon carry out what it would hold of these devices."""
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
