"""Which cables follow from the documents: what `to` says, what a description names, and nothing that is only likely."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.load import load
from reconciler.intent.topology import topology_of
from reconciler.walk.topology import EOS, LINUX, End

NODES = """
apiVersion: reconciler/v1
kind: Node
metadata: {name: k01-worker}
spec: {interfaces: {eth1: {addresses: [10.10.10.11/24]}, eth2: {addresses: [10.10.30.11/24]}}}
---
apiVersion: reconciler/v1
kind: Node
metadata: {name: k01-worker2}
spec: {underlay: {dev: bond0}}
---
apiVersion: reconciler/v1
kind: Node
metadata: {name: bare}
spec: {}
"""
SWITCH = """
---
apiVersion: reconciler/v1
kind: Switch
metadata: {name: %s}
spec:
  interfaces:
%s
"""
Cables = dict[str, str]


def cables(folder: Path, *ports: str, **more: str) -> Cables:
    """Near end -> far end of each cable, once, from the lines of the switch ``leaf1`` and those of others."""
    switches = {"leaf1": "\n".join(ports), **more}
    text = NODES + "".join(
        SWITCH % (name, "\n".join(f"    {line}" for line in lines.splitlines())) for name, lines in switches.items()
    )
    (folder / "world.yaml").write_text(text)
    repository = load(folder)
    assert repository.having("error") == ()
    found = topology_of(repository).cables
    assert all(found[far] == near for near, far in found.items())
    return {":".join(near): ":".join(far) for near, far in found.items() if near.device.startswith("leaf")}


CASES: dict[str, tuple[list[str], Cables]] = {
    "to": (["Ethernet1: {to: 'k01-worker:eth2'}"], {"leaf1:Ethernet1": "k01-worker:eth2"}),
    "to a strange device": (["Ethernet1: {to: 'firewall:Ethernet9'}"], {"leaf1:Ethernet1": "firewall:Ethernet9"}),
    "description": (["Ethernet1: {description: to k01-worker}"], {"leaf1:Ethernet1": "k01-worker:eth1"}),
    "a longer name is another": (
        ["Ethernet1: {description: Connection to k01-worker2.}"],
        {"leaf1:Ethernet1": "k01-worker2:bond0"},
    ),
    "with its interface": (["Ethernet1: {description: k01-worker eth2}"], {"leaf1:Ethernet1": "k01-worker:eth2"}),
    "with its domain": (["Ethernet1: {description: k01-worker.example.org}"], {"leaf1:Ethernet1": "k01-worker:eth1"}),
    "two nodes": (["Ethernet1: {description: k01-worker and k01-worker2}"], {}),
    "no node": (["Ethernet1: {description: k01-workers}", "Ethernet2: {}"], {}),
    "a node whose underlay nobody tells": (["Ethernet1: {description: bare}"], {}),
    "two ports": (["Ethernet1: {description: k01-worker}", "Ethernet2: {description: k01-worker}"], {}),
    "to counts first": (
        ["Ethernet1: {description: k01-worker}", "Ethernet2: {to: 'k01-worker:eth1'}"],
        {"leaf1:Ethernet2": "k01-worker:eth1"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cables_follow_from_the_documents(name: str, tmp_path: Path) -> None:
    ports, wanted = CASES[name]
    assert cables(tmp_path, *ports) == wanted


def test_two_switches_may_both_tell_of_their_cable(tmp_path: Path) -> None:
    found = cables(tmp_path, "Ethernet49: {to: 'leaf2:Ethernet50'}", leaf2="Ethernet50: {to: 'leaf1:Ethernet49'}")
    assert found == {"leaf1:Ethernet49": "leaf2:Ethernet50", "leaf2:Ethernet50": "leaf1:Ethernet49"}


def test_the_seed_is_cabled_as_its_descriptions_say() -> None:
    topology = topology_of(load(Path(__file__).parents[2] / "desired"))
    assert topology.cables[End("ceos01", "Ethernet4")] == End("k01-worker3", "eth1")
    assert topology.cables[End("k01-worker", "eth1")] == End("ceos01", "Ethernet2")
    assert (topology.platforms["ceos01"], topology.platforms["k01-worker"]) == (EOS, LINUX)
