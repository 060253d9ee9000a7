"""How much goes on without a person: what the inventory says of a device, what the settings say, and all together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.core.limits import EACH, TOTAL, Bound, FleetLimits, Limits
from reconciler.desired.inventory import load_inventory
from reconciler.desired.limits import LimitsSpec
from reconciler.desired.load import load
from reconciler.engine.bounds import limits_of
from reconciler.engine.cycle import Cycle
from reconciler.engine.record import Record
from reconciler.linux.route import Route
from reconciler.settings.limits import LimitSettings
from tests.engine.fakes import NODE, DictTransport, device

INVENTORY = """apiVersion: reconciler/v1
kind: Inventory
metadata: {name: t}
spec:
  defaults: {platform: linux, limits: {deletes: {share: 20%}}}
  devices:
    n1: {host: a}
    n2: {host: a, limits: {updates: {count: 7}}}
---
apiVersion: reconciler/v1
kind: Inventory
metadata: {name: others}
spec: {devices: {n3: {platform: linux, host: a}}}
"""
WANTED = [Route(dst=f"10.{n}.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142) for n in (1, 2)]
LITTLE = FleetLimits(total=Limits(Bound(10, 6), Bound(10, 6)))


def holding(stale: int) -> DictTransport:
    """A device that has what is wanted, and so many routes of ours that nobody wants any more."""
    old = [Route(dst=f"10.9.{n}.0/24", dev="eth1", protocol=142) for n in range(stale)]
    return DictTransport.having(*WANTED, *old)


def cycle(
    folder: Path, devices: Mapping[str, DictTransport], limits: FleetLimits = LITTLE, approval: str = ""
) -> Cycle:
    (folder / "desired").mkdir(exist_ok=True)
    (folder / "desired/nodes.yaml").write_text("".join(NODE.format(name=name) for name in devices))
    made = {name: device(name, transport) for name, transport in devices.items()}
    return Cycle(load(folder / "desired"), made, Record(folder / "i"), approvals={approval}, limits=limits)


def test_the_inventory_counts_before_the_settings_and_these_before_what_is_built_in(tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(INVENTORY)
    inventory = load_inventory(tmp_path / "i.yaml")
    assert inventory.problems == ()
    device = LimitsSpec.model_validate({"deletes": {"count": 3}, "updates": {"share": "60%"}})
    total = LimitsSpec.model_validate({"deletes": {"share": "1%"}})
    found = limits_of(inventory, LimitSettings.model_construct(device=device, total=total))
    assert found.of("n1") == Limits(Bound(20, 3), Bound(60, 100))
    assert found.of("n2") == Limits(Bound(30, 3), Bound(60, 7))  # its own takes the place of the default one
    assert found.of("n3") == Limits(Bound(30, 3), Bound(60, 100))
    assert found.total == Limits(Bound(1, 100), TOTAL.updates)
    assert limits_of(inventory).of("n3") == EACH


async def test_a_device_is_held_by_its_own_limit_and_no_other(tmp_path: Path) -> None:
    limits = FleetLimits(devices={"n1": Limits(Bound(0, 1), Bound(0, 1))})
    one, two = holding(3), holding(3)
    made = cycle(tmp_path, {"n1": one, "n2": two}, limits)
    plan = await made.plan()
    assert [device.status for device in plan.devices] == ["held", "ok"]
    assert plan.devices[0].reason == "would delete 3 of 5 owned entries, more than 0%"
    await made.apply(plan)
    assert (one.sent, len(two.sent)) == ([], 3)
    approved = cycle(tmp_path, {"n1": one, "n2": two}, limits, (await made.plan()).digest)
    assert [outcome.ok for outcome in await approved.apply(await approved.plan())] == [True]


async def test_what_is_too_much_together_is_held_where_something_is_deleted_or_changed(tmp_path: Path) -> None:
    there = {"n1": holding(3), "n2": holding(3), "n3": DictTransport.having(), "n4": holding(0)}
    plan = await cycle(tmp_path, there).plan()
    assert [device.status for device in plan.devices] == ["held", "held", "ok", "ok"]
    assert plan.devices[0].reason == "on 2 devices together would delete 6 of 12 owned entries, more than 10%"
    assert [device.approvable for device in plan.devices] == [True, True, False, False]
    approved = cycle(tmp_path, there, approval=plan.digest)
    outcomes = await approved.apply(await approved.plan())
    assert {outcome.device: outcome.ok for outcome in outcomes} == {"n1": True, "n2": True, "n3": True}


async def test_an_audited_device_and_one_that_is_held_anyway_count_for_nothing(tmp_path: Path) -> None:
    there = {"n1": holding(3), "n2": holding(3), "n3": holding(3)}
    made = cycle(tmp_path, there, FleetLimits(LITTLE.default, LITTLE.total, {"n2": Limits(Bound(0, 1))}))
    made.devices = {**made.devices, "n3": device("n3", there["n3"], audit=True)}
    plan = await made.plan()
    assert [device.status for device in plan.devices] == ["ok", "held", "ok"]


@pytest.mark.parametrize("names", [["n1", "n2", "n3"], ["n3", "n1", "n2"]])
async def test_planned_one_after_the_other_the_sum_counts_all_the_same(tmp_path: Path, names: list[str]) -> None:
    """As the daemon does it: each device plans, and applies, by itself."""
    made = cycle(tmp_path, {name: holding(3) for name in ("n1", "n2", "n3")})
    await made.look(names)
    done = []
    for name in names:
        plan = made.planned(made.seen, [name])
        done += [outcome.device for outcome in await made.apply(plan) if outcome.ok]
        await made.look(names)
    assert done == names[:1]
    (last,) = made.planned(made.seen, names[2:]).devices
    assert last.status == "held"
    assert made.planned(made.seen, names[:1]).devices[0].in_sync


async def test_repairs_are_judged_device_by_device(tmp_path: Path) -> None:
    there = {name: holding(0) for name in ("n1", "n2", "n3")}
    made = cycle(tmp_path, there)
    made.remember(await made.plan())
    for transport in there.values():
        transport.rows = holding(3).rows
    await made.look(there)
    assert [made.planned(made.seen, [name]).devices[0].status for name in there] == ["ok"] * 3
