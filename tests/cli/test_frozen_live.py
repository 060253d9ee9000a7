"""`observe -o json` of a switch that is not understood in full fits its schema, and plans from it freeze the same."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from reconciler.cli import live
from reconciler.core.resource import Key, Resource, state_of
from reconciler.engine.observe import Sight
from reconciler.engine.plan import plan_device
from reconciler.intent.wish import Wish
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Svi, Vlan
from tests.engine.fakes import unreached
from tests.switch.running import reading

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "state.v1.json").read_text())
GOLDEN = Path(__file__).parents[1] / "switch" / "golden"
TEXT = (GOLDEN / "fabric" / "running.cfg").read_text().replace("ip address 10.10.20.1/24", "ip address 10.10.20.1 x")
FROZEN = Key("svi", "Vlan20")


def _wish(*wishes: Resource) -> Wish:
    desired = state_of(wishes)
    return Wish("leaf", desired, (SwitchClaim(frozenset(desired)),))


def _document(wish: Wish, text: str = TEXT) -> dict[str, object]:
    document = live.document({"leaf": Sight("leaf", reading(text))}, {"leaf": wish})  # type: ignore[arg-type]
    Draft202012Validator(SCHEMA).validate(document)
    devices = document["devices"]
    assert isinstance(devices, dict)
    return dict(devices["leaf"])


def test_every_kind_fits_the_schema() -> None:
    for case in ("fabric", "bgp-with-nodes"):
        assert _document(_wish(), (GOLDEN / case / "running.cfg").read_text())["status"] == "ok"


def test_a_stranger_s_is_listed_and_the_device_is_known() -> None:
    device = _document(_wish(Vlan(id=10)))
    reason = "line 51, 'ip address 10.10.20.1 x': not understood"
    assert device["frozen"] == [{"kind": "svi", "name": "Vlan20", "reason": reason}]
    assert device["status"] == "ok"


def test_one_of_ours_makes_the_device_unreadable() -> None:
    device = _document(_wish(Svi(vlan=20)))
    assert device["status"] == "unreadable"
    assert str(device["reason"]).startswith("svi Vlan20: line 51, ")


def test_a_plan_made_from_the_file_does_not_make_it_anew(tmp_path: Path) -> None:
    document = live.document({"leaf": Sight("leaf", reading(TEXT))}, {"leaf": _wish()})  # type: ignore[arg-type]
    (tmp_path / "live.json").write_text(json.dumps(document))
    (sight,) = live.sights_of(tmp_path / "live.json").values()
    plan = plan_device(_wish(Svi(vlan=20), Vlan(id=20, label="b")), sight, unreached(EosDriver(), "arista_eos"))
    assert [planned.change.key for planned in plan.changes] == [Key("vlan", "20")]
    assert plan.status == "unreadable"
    assert FROZEN in (sight.reading.frozen if sight.reading else {})
