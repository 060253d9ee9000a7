"""An SVI that would lose its last port is named before anything is sent."""

from __future__ import annotations

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Interface, Svi, Vlan
from tests.switch.running import RUNNING, reading

PORT = Interface(ifname="Ethernet1", description="first", access=10)


def notes(*wanted: Interface | Svi | Vlan, text: str = RUNNING) -> tuple[str, ...]:
    found = reading(text)
    changes = [Change(found.found.get(one.key), one) for one in wanted]
    return EosDriver().write(changes, found).notes


def test_the_last_port_of_an_svi() -> None:
    words = ("Vlan10 loses its last port (Ethernet1): it goes down, and 10.0.10.1/24 with it",)
    assert notes(Interface(ifname="Ethernet1", description="first", access=20)) == words
    assert notes(Interface(ifname="Ethernet1", description="first", access=10, shutdown=True)) == words
    assert notes(Interface(ifname="Ethernet1", mode="trunk", trunk_allowed="20-30", trunk_native=1)) == words


def test_a_port_that_stays_or_is_replaced_by_another_is_no_news() -> None:
    assert notes(Interface(ifname="Ethernet1", description="second", access=10)) == ()
    moved = Interface(ifname="Ethernet1", description="first", access=20)
    assert notes(moved, Interface(ifname="Ethernet2", access=10)) == ()
    assert notes(Interface(ifname="Ethernet1", mode="trunk", trunk_allowed="1-4094", trunk_native=1)) == ()


def test_who_had_no_port_or_goes_himself_loses_none() -> None:
    assert notes(Svi(vlan=20, addresses=("10.0.20.1/24",))) == ()
    svi = reading().found[Key("svi", "Vlan10")]
    moved = Interface(ifname="Ethernet1", description="first", access=20)
    changes = [Change(reading().found[PORT.key], moved), Change(svi, None)]
    assert EosDriver().write(changes, reading()).notes == ()
