"""One cycle over devices made of dictionaries: who is changed, who is held, what failure means."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.core.codec import as_json
from reconciler.core.resource import Key
from reconciler.desired.load import load
from reconciler.engine.cycle import Cycle
from reconciler.engine.observe import Device
from reconciler.engine.outcome import Outcome
from reconciler.engine.record import Record
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from tests.engine.fakes import NODE, DictDriver, DictTransport, device

ONE = Route(dst="10.1.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
TWO = Route(dst="10.2.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
STALE = Route(dst="10.3.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
FOREIGN = Route(dst="10.4.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=4)


def cycle(folder: Path, devices: Sequence[Device], *, approval: str = "", wanted: Sequence[str] = ()) -> Cycle:
    """A cycle for documents that want two routes on every device (or on ``wanted`` alone)."""
    desired = folder / "desired"
    desired.mkdir(exist_ok=True)
    names = wanted or [one.name for one in devices]
    (desired / "nodes.yaml").write_text("".join(NODE.format(name=name) for name in names))
    repository = load(desired)
    assert not repository.having("error")
    by_name = {one.name: one for one in devices}
    return Cycle(repository, by_name, Record(folder / "inventory"), approvals={approval})


async def run(made: Cycle) -> list[Outcome]:
    return await made.apply(await made.plan())


def has(transport: DictTransport, *routes: Route) -> bool:
    return all(transport.rows.get(route.key, {}).get("gateway") == route.gateway for route in routes)


async def test_it_makes_what_is_missing_drops_what_is_stale_and_leaves_strangers(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, STALE, FOREIGN)
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert outcome.ok
    assert has(there, ONE, TWO, FOREIGN)
    assert STALE.key not in there.rows
    assert len(there.sent) == 2
    again = await cycle(tmp_path, [device("n1", there)]).plan()
    assert [d.in_sync for d in again.devices] == [True]


async def test_a_plan_sends_nothing(tmp_path: Path) -> None:
    there = DictTransport.having(STALE)
    plan = await cycle(tmp_path, [device("n1", there)]).plan()
    assert len(plan.devices[0].changes) == 3
    assert there.sent == []


@pytest.mark.parametrize("trouble", [{"down": "n1: no route to host"}, {"garbled": True}])
async def test_an_unread_device_is_unknown_and_stops_nobody(tmp_path: Path, trouble: dict[str, object]) -> None:
    bad, good = DictTransport.having(STALE, **trouble), DictTransport.having(STALE)
    made = cycle(tmp_path, [device("n1", bad), device("n2", good)])
    plan = await made.plan()
    outcomes = await made.apply(plan)
    assert plan.devices[0].status in ("unreachable", "unreadable")
    assert plan.devices[0].reason
    assert [outcome.device for outcome in outcomes] == ["n2"]
    assert bad.sent == []
    assert has(good, ONE, TWO)


async def test_an_unread_kind_is_neither_wanted_nor_pruned(tmp_path: Path) -> None:
    there = DictTransport.having(STALE, Link(ifname="eth1", up=True))
    plan = await cycle(tmp_path, [device("n1", there, DictDriver(unread={"route": "half an answer"}))]).plan()
    assert plan.devices[0].status == "unreadable"
    assert plan.devices[0].changes == ()


async def test_nothing_is_broken_when_something_could_not_be_made(tmp_path: Path) -> None:
    there = DictTransport.having(STALE, refuses=frozenset({ONE.name}))
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert [failure.reason for failure in outcome.failures] == ["refused"]
    assert STALE.key in there.rows
    assert there.saved == 0


async def test_residue_is_a_failure(tmp_path: Path) -> None:
    there = DictTransport.having(forgets=frozenset({ONE.name}))
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert not outcome.ok
    assert outcome.residue is not None
    assert [planned.change.key for planned in outcome.residue.changes] == [ONE.key]


async def test_what_falls_with_a_repair_is_repaired_in_the_same_cycle(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, drops={TWO.name: [ONE.key]})
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert outcome.ok
    assert has(there, ONE, TWO)
    assert there.saved == 1


async def test_drift_and_pending_are_told_apart(tmp_path: Path) -> None:
    there = DictTransport.having()
    devices = [device("n1", there)]
    assert (await cycle(tmp_path, devices).plan()).devices[0].cause == "pending"
    await run(cycle(tmp_path, devices))
    del there.rows[ONE.key]
    assert (await cycle(tmp_path, devices).plan()).devices[0].cause == "drift"


@pytest.fixture
def no_memory(memory: Path) -> None:
    memory.write_text("in the way")


@pytest.mark.usefixtures("no_memory")
async def test_without_a_state_directory_only_the_cause_is_lost(tmp_path: Path) -> None:
    there = DictTransport.having()
    assert [outcome.ok for outcome in await run(cycle(tmp_path, [device("n1", there)]))] == [True]


async def test_audit_plans_and_never_writes(tmp_path: Path) -> None:
    there = DictTransport.having(STALE)
    made = cycle(tmp_path, [device("n1", there, audit=True)])
    plan = await made.plan()
    assert len(plan.devices[0].changes) == 3
    assert await made.apply(plan) == []
    assert there.sent == []


async def test_a_vanished_device_is_held_until_approved(tmp_path: Path) -> None:
    one, two = device("n1", DictTransport.having()), device("n2", DictTransport.having())
    await run(cycle(tmp_path, [one, two]))
    plan = await cycle(tmp_path, [one, two], wanted=["n1"]).plan()
    assert [(d.name, d.status) for d in plan.devices] == [("n1", "ok"), ("n2", "held")]
    approved = cycle(tmp_path, [one, two], wanted=["n1"], approval=plan.digest)
    await run(approved)
    after = await cycle(tmp_path, [one, two], wanted=["n1"]).plan()
    assert [d.name for d in after.devices] == ["n1"]


async def test_many_deletes_are_held_until_approved(tmp_path: Path) -> None:
    stale = [Route(dst=f"10.9.{n}.0/24", dev="eth1", protocol=142) for n in range(12)]
    there = DictTransport.having(ONE, TWO, *stale)
    plan = await cycle(tmp_path, [device("n1", there)]).plan()
    assert plan.devices[0].status == "held"
    assert plan.devices[0].approvable
    assert plan.writable == []
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)], approval=plan.digest))
    assert outcome.ok
    assert {key.name for key in there.rows} == {"eth1", ONE.name, TWO.name}


async def test_what_carries_our_session_is_refused_even_if_approved(tmp_path: Path) -> None:
    there = DictTransport.having()
    driver = DictDriver(session={ONE.key: "the way back to us"})
    plan = await cycle(tmp_path, [device("n1", there, driver)]).plan()
    again = await cycle(tmp_path, [device("n1", there, driver)], approval=plan.digest).plan()
    assert [(d.status, d.approvable) for d in again.devices] == [("held", False)]
    assert "the way back to us" in again.devices[0].reason


async def test_what_carries_our_session_is_not_pruned(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, TWO, STALE)
    driver = DictDriver(session={STALE.key: "the way back to us"})
    plan = await cycle(tmp_path, [device("n1", there, driver)]).plan()
    assert plan.devices[0].in_sync


async def test_the_digest_names_the_plan(tmp_path: Path) -> None:
    one = await cycle(tmp_path, [device("n1", DictTransport.having(ONE))]).plan()
    same = await cycle(tmp_path, [device("n1", DictTransport.having(ONE))]).plan()
    other = await cycle(tmp_path, [device("n1", DictTransport.having(TWO))]).plan()
    assert one.digest == same.digest != other.digest
    assert Key("route", TWO.name) == one.devices[0].changes[0].change.key


async def test_what_needs_a_missing_interface_waits_and_says_so(tmp_path: Path) -> None:
    there = DictTransport({})
    made = cycle(tmp_path, [device("n1", there)])
    plan = await made.plan()
    assert [planned.written for planned in plan.devices[0].changes] == [False, False]
    assert plan.devices[0].notes == ("there is no interface eth1: 2 changes wait for it",)
    assert await made.apply(plan) == []
    assert there.sent == []


async def test_what_the_plan_did_not_show_is_reported_and_not_deleted(tmp_path: Path) -> None:
    """A stale entry that comes up while the plan is carried out is for the next plan."""
    there = DictTransport.having(TWO, grows={ONE.name: as_json(STALE)})
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert not outcome.ok
    assert outcome.residue is not None
    assert [planned.change.key for planned in outcome.residue.changes] == [STALE.key]
    assert STALE.key in there.rows
    assert len(there.sent) == 1


async def test_nothing_is_proven_by_half_a_look(tmp_path: Path) -> None:
    there, driver = DictTransport.having(TWO), DictDriver()
    made = cycle(tmp_path, [device("n1", there, driver)])
    plan = await made.plan()
    driver.unread = {"route": "cut off"}
    (outcome,) = await made.apply(plan)
    assert not outcome.ok
    assert "cannot be proven: unreadable: route: cut off" in outcome.error
    assert there.saved == 0


async def test_a_device_that_changed_after_it_was_read_is_read_and_planned_again(tmp_path: Path) -> None:
    stranger = Link(ifname="eth7", mtu=1500, up=True)
    there = DictTransport.having(ONE, meanwhile=stranger)
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert outcome.ok
    assert has(there, ONE, TWO)
    assert stranger.key in there.rows


async def test_what_came_up_meanwhile_is_not_pruned_unseen(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, meanwhile=STALE)
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert [failure.reason for failure in outcome.failures] == ["somebody else was faster"]
    assert STALE.key in there.rows
    assert there.sent == []


async def test_who_was_beaten_to_it_by_another_who_wants_the_same_has_not_failed(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, meanwhile=TWO)
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert outcome.ok
    assert there.sent == []
    assert there.saved == 1


async def test_a_senseless_answer_is_one_device_s_trouble(tmp_path: Path) -> None:
    odd, fine = DictTransport.having(ONE), DictTransport.having(ONE)
    odd.rows[TWO.key] = as_json(TWO) | {"dst": "10.2.0.640/16"}
    plan = await cycle(tmp_path, [device("n1", odd), device("n2", fine)]).plan()
    assert [(d.status, len(d.changes)) for d in plan.devices] == [("unreadable", 0), ("ok", 1)]
    assert "makes no sense" in plan.devices[0].reason


async def test_a_source_is_read_and_never_planned(tmp_path: Path) -> None:
    asked, there = DictTransport.having(), DictTransport.having(ONE)
    source = dataclasses.replace(device("n1", asked), source=True)
    plan = await cycle(tmp_path, [source, device("n2", there)]).plan()
    assert [d.name for d in plan.devices] == ["n2"]
    assert asked.reads == 1


@pytest.mark.parametrize(("audit", "status"), [(False, "held"), (True, "ok")])
async def test_what_cannot_be_written_is_shown_all_the_same(tmp_path: Path, audit: bool, status: str) -> None:
    there, driver = DictTransport.having(STALE), DictDriver()
    driver.unspeakable = ONE.name
    (found,) = (await cycle(tmp_path, [device("n1", there, driver, audit=audit)]).plan()).devices
    assert (found.status, len(found.changes)) == (status, 3)
    assert f"no words for {ONE.name}" in (found.reason, *found.notes)
    assert not found.script.lines
