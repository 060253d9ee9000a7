"""A preview plans only those devices anew of which something has changed, and says what a plan of all would say."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.driver import Reading
from reconciler.core.plan import DevicePlan
from reconciler.desired.load import load
from reconciler.engine import drafts as module
from reconciler.engine.cycle import Cycle
from reconciler.engine.observe import Sight
from reconciler.engine.plan import plan_device
from reconciler.intent.wish import Wish
from tests.engine.fakes import DictTransport, device
from tests.engine.test_cycle import ONE, TWO, cycle

NAMES = ("n1", "n2", "n3", "n4")


async def in_force(folder: Path) -> Cycle:
    """Four devices, three of them in sync."""
    has = {name: (ONE,) if name == "n4" else (ONE, TWO) for name in NAMES}
    made = cycle(folder, [device(name, DictTransport.having(*rows)) for name, rows in has.items()])
    await made.plan()
    return made


def after(folder: Path, before: Cycle) -> Cycle:
    """Another revision: the second route of n2 leads elsewhere."""
    made = cycle(folder, list(before.devices.values()))
    place = folder / "desired/nodes.yaml"
    first, second, rest = place.read_text().split("---\n", 2)
    place.write_text("---\n".join([first, second.replace("10.2.", "10.9."), rest]))
    return Cycle(load(folder / "desired"), made.devices, made.record, before=before.compiler.latest)


async def test_only_what_has_changed_is_planned_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, planned, whole = await in_force(tmp_path), list[str](), plan_device
    sights = dict(before.seen)
    read = sights["n3"].reading
    assert read is not None
    sights["n3"] = Sight("n3", Reading({key: row for key, row in read.found.items() if key != TWO.key}))
    full = after(tmp_path, before).planned(sights)

    def counted(wish: Wish, *given: Any) -> DevicePlan:
        planned.append(wish.device)
        return whole(wish, *given)

    monkeypatch.setattr(module, "plan_device", counted)
    plan = await after(tmp_path, before).planned_one_by_one(sights, before)
    assert planned == ["n2", "n3", "n4"]
    told = [dataclasses.replace(one, cause="pending") for one in plan.devices]
    assert told == [dataclasses.replace(one, cause="pending") for one in full.devices]
    assert plan.digest == full.digest
