"""Namespaces of the tests' own, with an interface that has a subnet, and a VXLAN device."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator

import pytest

from .node import Node

WORLD = """
link set lo up
link add eth1 type veth peer name far
link set eth1 up
link set far up
address add 10.10.10.11/24 dev eth1
address add fd00:1::11/64 dev eth1 nodad
link add vxlan.calico address 66:fb:ad:98:aa:13 mtu 1450 type vxlan id 4096 dstport 4789 local 10.10.10.11 dev eth1 \
    nolearning
link set vxlan.calico up
address add 192.168.81.64/32 dev vxlan.calico
"""
SETTLED = "timeout 5 sh -c 'until [ \"$(ip -6 -o address show scope link | wc -l)\" -ge 3 ]; do sleep 0.01; done'"
"""The kernel makes link-local addresses a moment after an interface is up: not in the midst of a test."""


@pytest.fixture
def bare() -> Iterator[Node]:
    """A namespace with nothing in it but lo, which is down."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    name = f"rclt-{secrets.token_hex(4)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    yield Node(name)
    subprocess.run(["ip", "netns", "del", name], check=True)


@pytest.fixture
def node(bare: Node) -> Node:
    """As a Calico node is: eth1 in a subnet of both families, a tunnel device with its address."""
    bare.must(f"printf 0 > /proc/sys/net/ipv6/conf/default/accept_dad\nip -batch - <<'end'{WORLD}end\n{SETTLED}")
    return bare
