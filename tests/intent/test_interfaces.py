"""A document's interfaces on a real kernel: from nothing, back to what the document says, and to nothing again."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.core.change import Change, diff
from reconciler.core.resource import Live, State
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Wish
from reconciler.linux.link import Link
from tests.linux.node import DRIVER, Node

from .test_worlds import WORLDS

WORLD = WORLDS / "interfaces-by-hand"
BREAKS = [
    "ip link del vx100",
    "ip link del br0",
    "ip link set vx100 nomaster",
    "ip link set vx100 master br1",
    "ip link set eth2 nomaster",
    "ip link set br0 down; ip link set vx100 down",
    "ip link set br0 mtu 9000 type bridge stp_state 0",
    "ip link set br0 type bridge stp_state 0 forward_delay 200 ageing_time 1",
    "ip link set vx101 master br0",
    "ip link del vx100; ip link add vx100 type vxlan id 77 dstport 4789; ip link set vx100 alias reconciler",
    "ip link add old0 type vxlan id 55 dstport 4791; ip link set old0 alias reconciler; ip link set old0 master br0",
    "ip link add old0 type bridge; ip link set old0 alias reconciler; ip link set eth2 master old0",
    "ip link set vx100 alias theirs",
]
pytestmark = [pytest.mark.kernel, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node(f"ifaces-{secrets.token_hex(3)}")
    subprocess.run(["ip", "netns", "add", made.namespace], check=True)
    made.must("ip link set lo up; ip link add eth1 type veth peer name far1; ip link add eth2 type veth peer name far2")
    made.must("ip link set far1 up; ip link set far2 up; ip link add theirs type bridge")
    yield made
    subprocess.run(["ip", "netns", "del", made.namespace], check=True)


def changes(wish: Wish, found: State) -> list[Change]:
    ours = {key: resource for key, resource in found.items() if wish.owns(resource)}
    return diff(wish.desired, Live(ours, {key: found[key] for key in found if key not in ours}))


def converge(node: Node, wish: Wish) -> None:
    """In one step, after which nothing is left to do."""
    reading = node.reading()
    assert node.send(DRIVER.write(changes(wish, reading.found), reading)) == []
    assert changes(wish, node.reading().found) == []


def wish_of(folder: Path) -> Wish:
    return compile_world(load(folder))["n1"]


def links(node: Node) -> set[str]:
    return {resource.name for resource in node.reading().found.values() if isinstance(resource, Link)}


def test_from_nothing_and_to_nothing(node: Node, tmp_path: Path) -> None:
    hardware = links(node)
    converge(node, wish_of(WORLD))
    assert links(node) == hardware | {"br0", "br1", "vx100", "vx101"}
    (tmp_path / "nodes.yaml").write_text("apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\nspec: {}\n")
    converge(node, wish_of(tmp_path))
    assert links(node) == hardware


@pytest.mark.parametrize("broken", BREAKS)
def test_whatever_is_broken_is_repaired(node: Node, broken: str) -> None:
    wish = wish_of(WORLD)
    converge(node, wish)
    good = links(node)
    node.must(broken)
    assert changes(wish, node.reading().found) != []
    converge(node, wish)
    assert links(node) == good
