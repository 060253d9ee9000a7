"""Exec lines of a topology, run by a kernel: it has then what their document wants, and nothing is to be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.adopt.containerlab.node import node_state
from reconciler.adopt.containerlab.topology import Line
from reconciler.desired.load import load
from reconciler.desired.style import Draft, written
from reconciler.intent.compile import compile_world
from tests.linux.node import Node

pytestmark = pytest.mark.kernel
LINES = (
    "ip addr add 10.0.0.9/24 dev eth1",
    "ip -6 addr add fd00:1::9/64 dev eth1",
    "ip a a 10.0.7.1 peer 10.0.7.2/32 dev eth1",
    "ip addr add 10.0.8.1/24 brd + dev eth1 scope link",
    "ip link set dev eth1 mtu 1400",
    "ip route add 10.2.0.0/24 via 10.0.0.1",
    "ip route replace 10.3.0.0/24 dev eth1 metric 50",
    "ip r a default via 10.0.0.1 metric 7",
    "ip -6 route add fd00:2::/64 via fd00:1::1",
    "ip route add blackhole 10.66.0.0/16",
    "ip route add 10.4.0.0/24 via 10.0.0.1 table 100 proto static mtu 1300",
    "ip route add 10.5.0.0/24 nexthop via 10.0.0.1 weight 2 nexthop via 10.0.0.2 dev eth1",
    "ip link add br7 type bridge",
    "ip link add vx7 type vxlan id 7 dstport 4789 local 10.0.0.9 dev eth1 nolearning",
    "ip link set vx7 master br7 up",
    "ip link set br7 up",
    "ip neigh replace 10.0.0.99 lladdr 02:00:00:00:00:99 dev eth1 nud permanent",
    "bridge fdb append 02:00:00:00:00:98 dev vx7 dst 10.0.0.2",
)
READY = "ip link add eth1 type veth peer name far1\nip link set far1 up\nip link set eth1 up\nip link set lo up"
MARKS = {"alias", "protocol", "extern_learn"}
"""What says that an entry is ours: nobody's commands write these."""


def test_a_kernel_that_ran_them_has_what_the_document_wants(bare: Node, tmp_path: Path) -> None:
    bare.must("\n".join([READY, *LINES]))
    state, remarks = node_state([Line(text, number) for number, text in enumerate(LINES, 1)], "x")
    assert remarks == []
    (tmp_path / "n.yaml").write_text(written([Draft("Node", "n", state.spec())]))
    repository = load(tmp_path)
    assert [str(problem) for problem in repository.having("error")] == []
    wanted = compile_world(repository)["n"].desired
    found = bare.reading().found
    assert wanted.keys() <= found.keys()
    differing = {
        key: set(one.values) & _differing(one.values, one.lens(found[key]).values) for key, one in wanted.items()
    }
    assert {str(key): names for key, names in differing.items() if names - MARKS} == {}


def _differing(wanted: dict[str, object], found: dict[str, object]) -> set[str]:
    return {name for name in wanted if wanted[name] != found[name]}
