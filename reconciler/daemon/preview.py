"""What a revision that somebody is about to push would do: its problems, or its plan and what comes of it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reconciler.core.plan import Plan
from reconciler.core.words import plural
from reconciler.daemon.deployment import Bad, Deployment
from reconciler.desired.repository import Repository
from reconciler.engine.fleet import fleet
from reconciler.report import plan_text
from reconciler.report.screen import Screen
from reconciler.source.checkout import Checkout

FILES = 20_000
BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Preview:
    """``lines``: problems or the plan, for people. ``verdict``: what will happen once it is accepted."""

    accepted: bool
    lines: tuple[str, ...]
    verdict: str = ""
    digest: str = ""

    def document(self) -> dict[str, object]:
        said = {"verdict": self.verdict, "digest": self.digest}
        return {"accepted": self.accepted, "lines": list(self.lines), **{k: v for k, v in said.items() if v}}


async def preview(
    deployment: Deployment, name: str, revision: str, documents: dict[str, bytes], width: int | None = None
) -> Preview:
    """``documents`` by their path below the folder ``name``. Nothing is kept, and no device is asked."""
    with tempfile.TemporaryDirectory(prefix="preview-") as scratch:
        folder = Path(scratch, PurePosixPath(name).name or "desired")
        try:
            _write(folder, documents)
            repository = await deployment.read(Checkout(revision, folder, ""))
            plan = await _planned(deployment, repository)
        except Bad as error:
            return Preview(accepted=False, lines=tuple(map(str, error.problems)) or (str(error),))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    lines = (*plan.warnings, *plan_text.lines(plan, Screen(width)))
    return Preview(accepted=True, lines=lines, verdict=_verdict(plan), digest=plan.digest)


async def _planned(deployment: Deployment, repository: Repository) -> Plan:
    """With everything as it was seen last; what nobody has looked at so far is read now. Raises: Bad."""
    inventory = deployment.inventory or deployment.read_inventory()
    cycle = deployment.candidate(repository, inventory)
    unseen = inventory.devices.keys() - cycle.seen.keys()
    async with fleet(inventory, repository, unseen.__contains__, writes=False) as strangers:
        cycle.devices = {**strangers, **deployment.fleet.devices}
        await cycle.look(unseen & strangers.keys() & cycle.compiler.world(cycle.seen).keys())
        return cycle.planned(cycle.seen)


def _write(folder: Path, documents: dict[str, bytes]) -> None:
    """Raises: Bad for a path that leads out of the folder."""
    folder.mkdir()
    for name, data in documents.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise Bad((), f"{name!r} is no path of a document")
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _verdict(plan: Plan) -> str:
    writes, waits = len(plan.writable), [device for device in plan.devices if device.changes and not device.writes]
    unknown = plan.having("unreachable", "unreadable")
    said = [f"applied to {plural(writes, 'device')}"] if writes else []
    said += [f"not applied now on {', '.join(device.name for device in waits)}"] if waits else []
    said += [f"{plural(len(unknown), 'device')} cannot be read now"] if unknown else []
    return "; ".join(said) or "nothing is to be done"
