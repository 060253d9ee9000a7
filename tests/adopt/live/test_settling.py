"""What an import does where no document can say what is there, or the rules refuse to have it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.adopt.live.adopt import Imported
from reconciler.adopt.live.settling import Left, Settling
from reconciler.adopt.live.sketch import Sketch
from reconciler.adopt.live.trial import Misfit
from reconciler.core.resource import Resource, State, state_of
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.switch.kinds import Interface, Svi, Vlan
from tests.adopt.live.befallen import SWITCH
from tests.adopt.live.law import OWNS, check, seed

NODE = "k01-worker"
ETH1 = Link(ifname="eth1", mtu=1500, up=True)


def spec(made: Imported, name: str) -> Mapping[str, Any]:
    return next(one.spec for one in made.documents if one.name == name)


def beside(*rows: Resource, name: str = NODE) -> dict[str, State]:
    """The seed, and more on one device."""
    return {**seed(), name: {**seed()[name], **state_of(rows)}}


def without(kind: type[Resource], dev: str) -> dict[str, State]:
    rows = {key: row for key, row in seed()[NODE].items() if not (isinstance(row, kind) and row.link == dev)}
    return {**seed(), NODE: rows}


def test_a_row_that_is_missing_is_left_so_and_told() -> None:
    made = check(without(Neighbour, "vxlan.calico"), {})
    assert [(line["kind"], line["name"]) for line in spec(made, NODE)["ignore"]] == [
        ("neighbour", f"{end} dev vxlan.calico") for end in ("192.168.23.64", "192.168.164.128", "192.168.209.64")
    ]
    assert {one.why for one in made.left} == {"missing here; ignored until that line is taken out"}


def test_many_lines_of_one_sort_become_one() -> None:
    rows = [Neighbour(dev="eth1", dst=f"10.77.0.{n}", lladdr="02:00:00:00:00:01") for n in range(1, 8)]
    node = spec(check(beside(*rows), {}), NODE)
    assert len(node["neighbors"]) == 7
    assert node["ignore"] == [{"kind": "neighbour", "name": "* dev eth1*", "fields": ["protocol"]}]


def test_a_row_beyond_the_overlays_is_a_line_of_its_node() -> None:
    made = check(beside(Route(dst="192.168.99.0/26", gateway="10.10.10.12", dev="eth1", protocol=80, onlink=True)), {})
    line = {"dst": "192.168.99.0/26", "via": "10.10.10.12", "dev": "eth1", "onlink": True, "protocol": 80}
    assert spec(made, NODE)["routes"][-1] == line
    assert not any("Felix" in one.comment for one in made.documents)
    assert "ignore" not in spec(made, NODE)


def test_a_rule_of_no_protocol_is_by_hand_unless_the_kernel_made_it() -> None:
    rule = Rule(priority=77, family=4, src="10.1.0.0/16", table=100, protocol=0)
    made = check(beside(rule, Rule(priority=32766, family=6, table=254, protocol=0)), {})
    assert spec(made, NODE)["rules"] == [{"priority": 77, "from": "10.1.0.0/16", "table": 100, "protocol": 0}]


def test_what_is_others_to_write_is_left_out_and_counted() -> None:
    theirs = (
        Route(dst="10.60.0.0/16", gateway="10.10.10.1", dev="eth1", protocol=186),
        Route(dst="172.17.0.0/16", dev="docker0", protocol=3, scope="link"),
        Route(dst="192.168.81.70/32", dev="cali1", protocol=3, scope="link"),
    )
    made = check(beside(*theirs), {})
    assert spec(made, NODE) == spec(check(seed(), {}), NODE)
    (comment,) = (one.comment for one in made.documents if one.name == NODE)
    assert "1 of routing daemons" in comment
    assert "1 on interfaces of Docker and its like" in comment


def test_a_switch_that_no_document_may_describe_as_it_is() -> None:
    rows = (
        Vlan(id=1500),
        Svi(vlan=77, addresses=("10.77.0.1/24",)),
        Interface(ifname="Ethernet1", access=10, trunk_allowed="20"),
        Interface(ifname="Ethernet2", access=10, description="why? " * 30),
    )
    made = check(beside(*rows, name=SWITCH), OWNS)
    switch = spec(made, SWITCH)
    assert 1500 not in switch["vlans"], "the inventory gives it to others"
    assert switch["interfaces"]["Ethernet2"] == {"access": 10}
    assert {"kind": "interface", "name": "Ethernet2", "fields": ["description"]} in switch["ignore"]
    assert {"kind": "interface", "name": "Ethernet1", "fields": ["trunk_allowed"]} in switch["ignore"]
    assert {"kind": "svi", "name": "Vlan77"} in switch["ignore"]
    assert {one.what for one in made.left} >= {"vlan 1500", "svi Vlan77", "interfaces.Ethernet2.description"}


def test_an_interface_with_an_odd_name_hides_no_cluster() -> None:
    odd = (
        Link(ifname='q"1', mtu=1500, up=True, info_kind="bridge"),
        Address(dev='q"1', local="10.64.0.1", prefixlen=24),
    )
    world = {name: {**rows, **state_of(odd if name != SWITCH else ())} for name, rows in seed().items()}
    assert "Cluster" in {one.kind for one in check(world, {}).documents}


def test_a_node_that_has_nothing_of_its_own_has_no_document() -> None:
    made = check({"n1": state_of([ETH1])}, {})
    assert made.documents == ()


def test_an_entry_that_goes_for_many_reasons_is_told_once() -> None:
    sketch = Sketch("Switch", "s1", {"interfaces": {"Ethernet1": {"trunk": {"allowed": "2-4"}}}})
    settling = Settling({}, [sketch])
    assert settling._take_out([Misfit(sketch, ("interfaces", "Ethernet1", "trunk"), f"VLAN {n}") for n in (2, 3, 4)])
    assert settling.left == [Left("Switch s1", "interfaces.Ethernet1", "VLAN 2 (and 2 reasons more)")]
    assert sketch.spec == {}
