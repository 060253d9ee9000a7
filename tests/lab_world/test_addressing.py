"""The plan of addresses: the seed's own, containerlab's management network, one block a node."""

from __future__ import annotations

import pytest

from reconciler.lab import addressing, generate, topology
from reconciler.lab.addressing import Request
from reconciler.lab.errors import LabError
from reconciler.lab.state import Lab
from reconciler.lab.topology import Node, Topology


def planned(wanted: Topology, pods: int = 1) -> Lab:
    return addressing.plan(wanted, Request(name="x", pods=pods, record=False))


def of_nodes(*nodes: Node) -> Topology:
    return Topology(nodes, ())


def test_the_seeds_addresses() -> None:
    lab = planned(topology.load(topology.SEED))
    assert [(member.name, str(member.address)) for member in lab.members][:3] == [
        ("ceos01", "172.20.20.2"),
        ("k01-control-plane", "172.20.20.3"),
        ("k01-worker", "172.20.20.4"),
    ]
    facts = {node.name: node.kubernetes for node in lab.nodes if node.kubernetes}
    assert {name: str(fact.sides[0].block) for name, fact in facts.items()} == {
        "k01-control-plane": "192.168.23.64/26",
        "k01-worker": "192.168.81.64/26",
        "k01-worker2": "192.168.164.128/26",
        "k01-worker3": "192.168.209.64/26",
    }
    assert str(facts["k01-worker3"].sides[0].underlay) == "10.10.20.20/24"
    assert [name for name, fact in facts.items() if fact.api] == ["k01-control-plane"]


def test_pods_leave_the_tunnel_address_alone() -> None:
    labels = {"reconciler/block": "10.0.0.0/26", "reconciler/tunnel": "10.0.0.2"}
    lab = planned(of_nodes(Node(name="a", kind="ext-container", cluster="k", labels=labels)), pods=3)
    assert [str(*pod.addresses) for pod in lab.members[0].pods] == ["10.0.0.1", "10.0.0.3", "10.0.0.4"]
    assert all(pod.interface.startswith("cali") and len(pod.interface) == 15 for pod in lab.members[0].pods)


def test_the_switch_comes_first_wherever_it_stands_in_the_file() -> None:
    lab = planned(of_nodes(Node(name="a", kind="linux", labels={}), Node(name="s", kind="arista_ceos", labels={})))
    assert [(member.name, str(member.address)) for member in lab.members] == [
        ("s", "172.20.20.2"),
        ("a", "172.20.20.3"),
    ]


def test_five_hundred_nodes_have_addresses_and_blocks_of_their_own() -> None:
    lab = planned(generate.topology(500), pods=2)
    facts = [node.kubernetes for node in lab.nodes if node.kubernetes]
    assert len({member.address for member in lab.members}) == 501
    assert all(member.address in lab.management for member in lab.members)
    sides = [side for fact in facts for side in fact.sides]
    assert len({side.block for side in sides}) == len({side.underlay for side in sides}) == 500
    assert len(set(lab.namespaces)) == 1 + 501 + 1000


def test_one_block_for_two_nodes_is_refused() -> None:
    labels = {"reconciler/block": "10.0.0.0/26"}
    twice = [Node(name=name, kind="ext-container", cluster="k", labels=labels) for name in ("a", "b")]
    with pytest.raises(LabError, match="same reconciler/block"):
        planned(of_nodes(*twice))


def test_a_block_that_is_no_network_names_the_node() -> None:
    broken = Node(name="a", kind="ext-container", cluster="k", labels={"reconciler/block": "10.0.0.1/26"})
    with pytest.raises(LabError, match=r"Node a: reconciler/block '10\.0\.0\.1/26'"):
        planned(of_nodes(broken))
