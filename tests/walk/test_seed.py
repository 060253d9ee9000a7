"""The seed's world delivers everything; what is broken breaks the pairs that it should, and says why."""

from __future__ import annotations

import time

import pytest

from reconciler.linux.address import Address
from reconciler.linux.fdb import FLOOD_MAC, FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.route import NextHop, Route
from reconciler.linux.rule import Rule
from reconciler.switch.kinds import StaticRoute
from reconciler.walk.flow import Flow, flows
from reconciler.walk.topology import Topology
from reconciler.walk.walk import walk, walks
from tests.walk.seed import PODS, World, adding, changed, key, lost, pods, seed, without

CP, W1, W2, W3 = PODS
NEAR = (CP, W1, W2)
ALL = {(one, other) for one in PODS for other in PODS if one != other}
ACROSS = {(one, other) for one, other in ALL if W3 in (one, other)}
OUT_OF_W1, INTO_W1 = {(W1, other) for other in PODS if other != W1}, {(one, W1) for one in PODS if one != W1}
TUNNEL = "192.168.209.64/26 table 254"


def test_twelve_pairs_are_delivered() -> None:
    assert len(pods()) == len(ALL)
    assert lost(seed()[0]) == {}


def test_every_flow_is_delivered_and_each_pair_has_one_to_a_pod_a_tunnel_and_a_node() -> None:
    world, topology = seed()
    found = flows(world, world, topology)
    assert len(found) == 3 * len(ALL)
    assert {walked.verdict for walked in walks(world, topology, found).values()} == {"delivered"}


BREAKS: list[tuple[str, World, set[tuple[str, str]], str]] = [
    ("tunnelled route", without(W1, "route", TUNNEL), {(W1, W3)}, "k01-worker has no route to 192.168.209.65"),
    ("near route", without(W1, "route", "192.168.23.64/26"), {(W1, CP)}, "k01-worker has no route to 192.168.23.65"),
    (
        "neighbour",
        without(W1, "neighbour", "192.168.209.64"),
        {(W1, W3)},
        "k01-worker: no neighbour entry for 192.168.209.64 on vxlan.calico",
    ),
    (
        "fdb",
        without(W1, "fdb", "66:d2:0c:f0:ef:e5"),
        {(W1, W3)},
        "k01-worker: no forwarding entry for 66:d2:0c:f0:ef:e5 on vxlan.calico",
    ),
    (
        "fdb end",
        changed(W1, "fdb", "66:d2:0c:f0:ef:e5", dst="10.10.10.10"),
        {(W1, W3)},
        "k01-control-plane: the frame is for 66:d2:0c:f0:ef:e5, vxlan.calico has 66:15:9d:fa:c6:aa",
    ),
    (
        "tunnel's MAC",
        changed(W3, "link", "vxlan.calico", address="66:d2:0c:f0:ef:99"),
        {(one, W3) for one in NEAR},
        "k01-worker3: the frame is for 66:d2:0c:f0:ef:e5, vxlan.calico has 66:d2:0c:f0:ef:99",
    ),
    (
        "VNI",
        changed(W3, "link", "vxlan.calico", id=7),
        ACROSS,
        "k01-worker3 has no VXLAN device with VNI 4096 on UDP port 4789",
    ),
    ("far tunnel down", changed(W3, "link", "vxlan.calico", up=False), ACROSS, "k01-worker3: vxlan.calico is down"),
    (
        "address, with the routes left that the kernel would take along",
        without(W1, "address", "10.10.10.11/24"),
        INTO_W1 | {(W1, W3)},
        "nobody answers to 10.10.10.11 in VLAN 10 of ceos01",
    ),
    ("underlay down", changed(W1, "link", "eth1", up=False), OUT_OF_W1 | INTO_W1, "k01-worker has no route to"),
    ("hand-written route", without(W1, "route", "10.10.20.0/24"), {(W1, W3)}, "nobody answers to 10.10.20.20"),
    (
        "blackhole",
        changed(W1, "route", "192.168.23.64/26", type="blackhole", gateway=None, dev=None),
        {(W1, CP)},
        "k01-worker: blackhole 192.168.23.64/26",
    ),
    ("detour over another node", changed(W1, "route", "192.168.23.64/26", gateway="10.10.10.12"), set(), ""),
    ("port", changed("ceos01", "interface", "Ethernet2", shutdown=True), OUT_OF_W1 | INTO_W1, "Ethernet2 is shut down"),
    (
        "port's VLAN",
        changed("ceos01", "interface", "Ethernet2", access=20),
        OUT_OF_W1 | INTO_W1,
        "in VLAN 20 of ceos01",
    ),
    (
        "trunk without the VLAN",
        changed("ceos01", "interface", "Ethernet2", mode="trunk", trunk_allowed="20", trunk_native=10, access=None),
        OUT_OF_W1 | INTO_W1,
        "ceos01: Ethernet2 does not carry VLAN 10",
    ),
    ("VLAN", without("ceos01", "vlan", "20"), ACROSS, "ceos01: VLAN 20 is not there"),
    ("VLAN of all", changed("ceos01", "vlan", "10", state="suspend"), ALL, "ceos01: VLAN 10 is suspended"),
    ("SVI", without("ceos01", "svi", "Vlan20"), ACROSS, "nobody answers to 10.10.20.1 in VLAN 20 of ceos01"),
    ("SVI down", changed("ceos01", "svi", "Vlan10", shutdown=True), ACROSS, "ceos01: Vlan10 is shut down"),
    ("ip routing", changed("ceos01", "routing", "default", enabled=False), ACROSS, "ceos01 does not route"),
    (
        "static route over a blackhole",
        adding("ceos01", StaticRoute(dst="10.10.20.0/25", via="Null0")),
        {(one, W3) for one in NEAR},
        "10.10.20.0/25 via Null0 drops packets to 10.10.20.20",
    ),
]


@pytest.mark.parametrize(("world", "pairs", "words"), [row[1:] for row in BREAKS], ids=[row[0] for row in BREAKS])
def test_what_is_broken_breaks_its_pairs_alone(world: World, pairs: set[tuple[str, str]], words: str) -> None:
    found = lost(world)
    assert set(found) == pairs
    assert not pairs or any(words in why for why in found.values()), found


def test_two_nodes_that_send_to_one_another_go_round_in_circles() -> None:
    world = changed(W1, "route", "192.168.23.64/26", gateway="10.10.10.12")
    back = key(W2, "route", "192.168.23.64/26")
    circle = adding(W2, Route(dst="192.168.23.64/26", gateway="10.10.10.11", dev="eth1", protocol=80), world=world)
    assert back.key in circle[W2]
    found = lost(circle)
    assert set(found) == {(W1, CP), (W2, CP)}
    assert all("round in circles" in why for why in found.values())


def test_what_nobody_needs_breaks_nothing() -> None:
    assert lost(without(W1, "route", "192.168.209.64/32")) == {}
    assert lost(without(W1, "route", "192.168.81.64/26")) == {}
    assert lost(changed("ceos01", "interface", "Ethernet2", description="another")) == {}


def test_a_pod_that_is_gone_is_reached_at_its_block() -> None:
    world = without(W3, "route", "192.168.209.65/32")
    assert lost(world) == {}
    (flow,) = (flow for flow in pods() if flow.pair == (W1, W3))
    assert walk(world, seed()[1], flow).why == "k01-worker3 has the block of 192.168.209.65, and no such pod"


def test_every_leg_of_several_has_to_deliver() -> None:
    def over(*gateways: str) -> World:
        legs = tuple(NextHop(gateway=one, dev="eth1") for one in gateways)
        return changed(W1, "route", "192.168.23.64/26", gateway=None, dev=None, onlink=None, nexthops=legs)

    assert lost(over("10.10.10.10", "10.10.10.12")) == {}
    assert set(lost(over("10.10.10.10", "10.10.10.99"))) == {(W1, CP)}


def test_a_rule_before_the_main_table_counts() -> None:
    stop = Rule(priority=100, family=4, src=f"{PODS[W1]}/32", action="prohibit")
    local = Rule(priority=0, family=4, table=255)
    main = Rule(priority=32766, family=4, table=254)
    assert set(lost(adding(W1, local, stop, main))) == OUT_OF_W1


def test_frames_are_flooded_where_no_entry_names_their_end() -> None:
    world = without(W1, "fdb", "66:d2:0c:f0:ef:e5")
    ends = [FdbEntry(dev="vxlan.calico", mac=FLOOD_MAC, dst=dst) for dst in ("10.10.10.12", "10.10.20.20")]
    assert lost(adding(W1, *ends, world=world)) == {}


def test_a_switch_that_is_not_known_leaves_it_open() -> None:
    world, topology = seed()
    rest = {name: state for name, state in world.items() if name != "ceos01"}
    assert {walk(rest, topology, flow).verdict for flow in pods()} == {"unknown"}


def test_without_any_cable_the_subnet_decides_and_a_strange_gateway_is_unknown() -> None:
    world, topology = seed()
    nodes = {name: state for name, state in world.items() if name != "ceos01"}
    bare = Topology(platforms=dict.fromkeys(nodes, "linux"))
    found = {flow.pair: walk(nodes, bare, flow).verdict for flow in pods()}
    assert {pair for pair, verdict in found.items() if verdict == "unknown"} == ACROSS
    assert set(found.values()) == {"unknown", "delivered"}
    assert {walk(world, Topology({}, topology.platforms), flow).verdict for flow in pods()} == {"delivered"}


def test_a_node_that_is_not_known_is_never_called_interrupted() -> None:
    world, topology = seed()
    rest = {name: state for name, state in world.items() if name != W3}
    (into,) = (walk(rest, topology, flow) for flow in pods() if flow.pair == (W1, W3))
    (out,) = (walk(rest, topology, flow) for flow in pods() if flow.pair == (W3, W1))
    assert (into.verdict, out.verdict) == ("unknown", "unknown")


def test_the_walk_names_what_it_used() -> None:
    world, topology = seed()
    (flow,) = (flow for flow in pods() if flow.pair == (W1, W3))
    found = walk(world, topology, flow)
    assert found.devices == {W1, W3, "ceos01"}
    names = {(device, str(used)) for device, used in found.consulted}
    assert (W1, "fdb 66:d2:0c:f0:ef:e5 dev vxlan.calico") in names
    assert ("ceos01", "interface Ethernet2") in names
    assert (W1, "route 192.168.23.64/26 table 254 metric 0") not in names
    assert [hop.device for hop in found.hops] == [W1, W1, W1, "ceos01", W3, W3]


def test_a_moved_block_has_a_flow_to_each_of_its_homes() -> None:
    world, topology = seed()
    block = key(W3, "route", "192.168.209.64/26 table 254")
    moved = adding(W2, Route(dst="192.168.209.64/26", type="blackhole", protocol=80), world=without(W3, *block.key))
    to = {flow.target for flow in flows(world, moved, topology) if flow.dst == PODS[W3] and flow.source == CP}
    assert to == {W2, W3}


def test_an_address_of_the_node_itself_is_a_flow_between_nodes() -> None:
    more = adding(W1, Address(dev="eth2", local="fd00:1::11", prefixlen=64))
    more = adding(W2, Address(dev="eth2", local="fd00:1::12", prefixlen=64), world=more)
    found = flows(more, more, seed()[1])
    assert Flow(W1, W2, "fd00:1::11", "fd00:1::12") in found
    more = adding(W1, Link(ifname="eth2", up=True), world=more)
    more = adding(W2, Link(ifname="eth2", up=True), world=more)
    assert walk(more, seed()[1], Flow(W1, W2, "fd00:1::11", "fd00:1::12")).verdict == "delivered"


def test_twelve_pairs_cost_milliseconds() -> None:
    world, topology = seed()
    spans = []
    for _ in range(5):
        anew = {name: dict(state) for name, state in world.items()}
        started = time.perf_counter()
        for flow in pods():
            walk(anew, topology, flow)
        spans.append(time.perf_counter() - started)
    assert min(spans) < 0.005


def test_a_node_without_a_known_cable_is_only_where_its_subnet_is() -> None:
    """Its address is in VLAN 20's subnet, so nobody in VLAN 10 finds it by asking, whatever leads out of there."""
    world, topology = seed()
    cables = {near: far for near, far in topology.cables.items() if W3 not in (near.device, far.device)}
    loose = Topology(cables, topology.platforms)
    routes = {at: one for at, one in world[CP].items() if not at.name.startswith("10.10.20.0/24")}
    found = {flow.pair: walked for flow, walked in walks({**world, CP: routes}, loose, pods()).items()}
    assert found[(CP, W3)].verdict == "dropped"
    assert found[(CP, W3)].why == "nobody answers to 10.10.20.20 in VLAN 10 of ceos01"
    assert found[(W1, W3)].verdict == "delivered"
