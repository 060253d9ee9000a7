"""An SVI that would lose its last port is named before anything is sent."""

from __future__ import annotations

import time

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


def test_a_fabric_of_many_svis_is_looked_through_at_once() -> None:
    """Once each SVI read the lists of all trunks anew: 4 seconds for these."""
    lists = ",".join(str(vlan) for vlan in range(100, 900, 2))
    trunks = "".join(
        f"interface Ethernet{n}\n   switchport trunk allowed vlan {lists}\n   switchport mode trunk\n!\n"
        for n in range(3, 40)
    )
    svis = "".join(f"interface Vlan{n}\n   ip address 10.{n // 250}.{n % 250}.1/24\n!\n" for n in range(300, 600))
    text = RUNNING.replace("interface Management0", f"{trunks}interface Management0").replace(
        "ip routing", f"{svis}ip routing"
    )
    began = time.thread_time()
    assert notes(Interface(ifname="Ethernet1", description="second", access=10), text=text) == ()
    assert time.thread_time() - began < 1


def test_who_had_no_port_or_goes_himself_loses_none() -> None:
    assert notes(Svi(vlan=20, addresses=("10.0.20.1/24",))) == ()
    svi = reading().found[Key("svi", "Vlan10")]
    moved = Interface(ifname="Ethernet1", description="first", access=20)
    changes = [Change(reading().found[PORT.key], moved), Change(svi, None)]
    assert EosDriver().write(changes, reading()).notes == ()
