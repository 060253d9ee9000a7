"""Ignored in the plan, ignored when it is applied, proven and undone: a rule holds from end to end."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reconciler.core.change import diff
from reconciler.core.resource import Live, state_of
from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load
from reconciler.engine.cycle import Cycle
from reconciler.engine.owned import owns_of
from reconciler.engine.record import Record
from reconciler.linux.route import Route
from reconciler.report import plan_json, plan_text
from reconciler.report.screen import Screen
from tests.engine.fakes import DictTransport, device

HEAD = "apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\nspec:\n"
ROUTES = """  routes:
    - {dst: 10.1.0.0/16, via: 10.0.0.1, dev: eth1, mtu: 1400}
    - {dst: 10.2.0.0/16, via: 10.0.0.1, dev: eth1}
"""
MTU = "  ignore: [{kind: route, name: '10.1.*', fields: [mtu]}]\n"
ONE = Route(dst="10.1.0.0/16", gateway="10.0.0.1", dev="eth1", mtu=1400, protocol=142)
TWO = Route(dst="10.2.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
STALE = Route(dst="10.3.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
OTHERWISE = dataclasses.replace(ONE, mtu=1300)


def cycle(folder: Path, transport: DictTransport, ignore: str = "", inventory: str = "") -> Cycle:
    """A node that wants two routes; ``ignore`` beside its document, ``inventory``: more of its device there."""
    (folder / "desired").mkdir(exist_ok=True)
    (folder / "desired/nodes.yaml").write_text(HEAD + ROUTES + ignore)
    (folder / "i.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Inventory\nmetadata: {name: t}\nspec:\n"
        f"  devices:\n    n1: {{platform: linux, host: a{inventory}}}\n"
    )
    repository, known = load(folder / "desired"), load_inventory(folder / "i.yaml")
    assert (repository.problems, known.problems) == ((), ())
    return Cycle(repository, {"n1": device("n1", transport)}, Record(folder / "i.yaml"), owns_of(known))


async def test_an_ignored_attribute_is_no_difference_and_not_written_with_others(tmp_path: Path) -> None:
    there = DictTransport.having(OTHERWISE, TWO)
    calm = cycle(tmp_path, there, MTU)
    (found,) = (await calm.plan()).devices
    assert found.in_sync
    assert found.notes == ("1 difference is ignored: route 10.1.0.0/16 table 254 metric 0 (mtu)",)
    there.rows[ONE.key] |= {"gateway": "10.0.0.9"}
    plan = await calm.plan()
    assert [list(one.change.fields) for one in plan.devices[0].changes] == [["gateway"]]
    (outcome,) = await calm.apply(plan)
    assert outcome.ok
    assert (there.rows[ONE.key]["gateway"], there.rows[ONE.key]["mtu"]) == ("10.0.0.1", 1300)
    assert (await calm.plan()).devices[0].in_sync


async def test_undoing_a_change_leaves_an_ignored_attribute_as_it_is(tmp_path: Path) -> None:
    there = DictTransport.having(dataclasses.replace(OTHERWISE, gateway="10.0.0.9"), TWO)
    made = cycle(tmp_path, there, MTU)
    (planned,) = (await made.plan()).devices[0].changes
    assert planned.change.before is not None
    assert planned.change.after is not None
    (undo,) = diff(state_of([planned.change.before]), Live(state_of([planned.change.after]), {}))
    assert list(undo.fields) == ["gateway"]


async def test_an_entry_that_is_not_there_is_made_as_the_document_says(tmp_path: Path) -> None:
    there = DictTransport.having(TWO)
    made = cycle(tmp_path, there, MTU)
    (outcome,) = await made.apply(await made.plan())
    assert outcome.ok
    assert there.rows[ONE.key]["mtu"] == 1400


@pytest.mark.parametrize("where", ["document", "inventory"])
async def test_an_ignored_entry_is_neither_made_nor_changed_nor_pruned(tmp_path: Path, where: str) -> None:
    rules = "[{kind: route, name: '10.1.*'}, {kind: route, name: '10.3.*'}]"
    words = {"ignore": f"  ignore: {rules}\n"} if where == "document" else {"inventory": f", ignore: {rules}"}
    there = DictTransport.having(OTHERWISE, STALE)
    made = cycle(tmp_path, there, **words)
    plan = await made.plan()
    assert [str(one.change.key) for one in plan.devices[0].changes] == ["route 10.2.0.0/16 table 254 metric 0"]
    assert len(plan.devices[0].ignored) == 2
    (outcome,) = await made.apply(plan)
    assert outcome.ok
    assert (there.rows[ONE.key]["mtu"], STALE.key in there.rows) == (1300, True)
    del there.rows[ONE.key]
    assert (await made.plan()).devices[0].in_sync


async def test_somebody_who_changes_it_while_we_apply_is_no_failure(tmp_path: Path) -> None:
    there = DictTransport.having(dataclasses.replace(OTHERWISE, gateway="10.0.0.9"), TWO)
    there.meanwhile = dataclasses.replace(OTHERWISE, mtu=1200, gateway="10.0.0.9")
    made = cycle(tmp_path, there, MTU)
    (outcome,) = await made.apply(await made.plan())
    assert outcome.ok
    assert (there.rows[ONE.key]["gateway"], there.rows[ONE.key]["mtu"]) == ("10.0.0.1", 1200)


async def test_what_cannot_be_read_is_not_said_to_be_ignored(tmp_path: Path) -> None:
    there = DictTransport.having()
    made = cycle(tmp_path, there, "  ignore: [{kind: route}]\n")
    made.devices["n1"].driver.unread = {"route": "no answer"}  # type: ignore[attr-defined]
    (found,) = (await made.plan()).devices
    assert (found.status, found.ignored) == ("unreadable", ())


async def test_a_plan_says_it_once_and_who_asks_is_told_each(tmp_path: Path) -> None:
    made = cycle(tmp_path, DictTransport.having(OTHERWISE, TWO, STALE), inventory=", ignore: [{kind: route}]")
    plan = await made.plan()
    assert plan_json.document(plan)["devices"] == [
        {
            "name": "n1",
            "platform": "linux",
            "status": "ok",
            "changes": [],
            "notes": list(plan.devices[0].notes),
            "ignored": 2,
        }
    ]
    said = list(plan_text.lines(plan))
    assert [line for line in said if "ignored" in line] == [
        "  ? 2 differences are ignored: route 10.1.0.0/16 table 254 metric 0, route 10.3.0.0/16 table 254 metric 0"
    ]
    asked = [line for line in plan_text.lines(plan, Screen(verbose=True)) if line.lstrip().startswith("=")]
    assert asked == [
        "  = route 10.1.0.0/16 table 254 metric 0  mtu 1300 → 1400 (ignored)  [i.yaml:6]",
        "  = route 10.3.0.0/16 table 254 metric 0  wanted by no document (ignored)  [i.yaml:6]",
    ]


def test_rules_beside_a_cluster_hold_on_its_nodes_and_add_up(tmp_path: Path) -> None:
    made = cycle(tmp_path, DictTransport(), MTU, ", ignore: [{kind: fdb}]")
    (tmp_path / "desired/clusters.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Cluster\nmetadata: {name: k}\n"
        "spec: {cni: none, nodes: [n1], ignore: [{kind: link, fields: [mtu]}]}\n"
    )
    wish = Cycle(load(tmp_path / "desired"), {}, made.record, made.owns).compiler.world({})["n1"]
    assert [(rule.kind, rule.origin) for rule in wish.ignores.rules] == [
        ("fdb", "i.yaml:6"),
        ("route", "nodes.yaml:8"),
        ("link", "clusters.yaml:4"),
    ]
