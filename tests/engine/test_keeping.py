"""What cannot be deleted since others need it stays, and the rest of the plan is carried out without it."""

from __future__ import annotations

from reconciler.core.resource import Key, Resource, state_of
from reconciler.engine.observe import Sight
from reconciler.engine.plan import plan_device
from reconciler.intent.wish import Wish
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Vlan
from tests.engine.fakes import unreached
from tests.switch.running import RUNNING, reading

VRFS = "vrf instance BLUE\n!\nvrf instance RED\n!\ninterface Vlan500\n   vrf RED\n   ip address 10.5.0.1/24\n!\n"
TEXT = RUNNING.replace("interface Ethernet1\n", f"{VRFS}interface Ethernet1\n")


def wish(*wishes: Resource) -> Wish:
    desired = state_of(wishes)
    claim = SwitchClaim(frozenset(desired), vrfs=True)
    return Wish("leaf", desired=desired, claims=(claim,))


def test_a_vrf_in_which_somebody_elses_interface_stands_stays_and_the_rest_is_done() -> None:
    plan = plan_device(
        wish(Vlan(id=10, label="new")), Sight("leaf", reading(TEXT)), unreached(EosDriver(), "arista_eos")
    )
    assert plan.status == "ok"
    assert {p.change.key: p.change.verb for p in plan.changes} == {
        Key("vlan", "10"): "update",
        Key("vrf", "BLUE"): "delete",
    }
    assert [note for note in plan.notes if "vrf" in note] == [
        "vrf RED is wanted by no document and stays: 'svi Vlan500' is still in it and not ours to delete"
    ]
    assert [line.text for line in plan.script.lines] == ["vlan 10", "name new", "exit", "no vrf instance BLUE"]
