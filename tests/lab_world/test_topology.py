"""Reading containerlab topologies: what is there, what is cabled, and errors that say where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.lab import topology
from reconciler.lab.errors import LabError

from .conftest import LAB_DATA


def parsed(nodes: dict[str, Any], links: list[Any] | None = None, **more: Any) -> topology.Topology:
    return topology.parse({"topology": {"nodes": nodes, "links": links or [], **more}}, Path())


def test_the_seed_has_one_switch_and_four_nodes_of_one_cluster() -> None:
    seed = topology.load(topology.SEED)
    assert [(node.name, node.kind, node.cluster) for node in seed.nodes] == [
        ("ceos01", "arista_ceos", None),
        ("k01-control-plane", "ext-container", "k01"),
        ("k01-worker", "ext-container", "k01"),
        ("k01-worker2", "ext-container", "k01"),
        ("k01-worker3", "ext-container", "k01"),
    ]
    assert seed.interfaces("ceos01") == ["eth1", "eth2", "eth3", "eth4"]
    assert "ip address add 10.10.20.20/24 dev eth1" in seed.nodes[4].exec
    assert "interface Vlan20" in (seed.nodes[0].startup or "")


@pytest.mark.parametrize(("folder", "nodes"), [("06-calico-overlay", 5), ("07-calico-bgp", 4)])
def test_the_real_labs_files_are_understood(folder: str, nodes: int) -> None:
    if not LAB_DATA.exists():
        pytest.skip(f"the real lab's files are not here: {LAB_DATA}")
    real = topology.load(LAB_DATA / folder / "topology.clab.yaml")
    assert len(real.nodes) == nodes
    assert len(real.links) == nodes - 1
    assert "vlan 10" in (real.nodes[0].startup or "")


def test_defaults_and_kinds_fill_what_a_node_leaves_out() -> None:
    read = parsed(
        {"a": {}, "b": {"labels": {"x": "own"}, "exec": ["true"]}},
        defaults={"kind": "linux", "labels": {"x": "default", "y": "default"}},
        kinds={"linux": {"labels": {"y": "kind"}}},
    )
    assert [dict(node.labels) for node in read.nodes] == [{"x": "default", "y": "kind"}, {"x": "own", "y": "kind"}]
    assert read.nodes[1].exec == ("true",)


def test_a_configuration_may_stand_in_the_topology() -> None:
    (switch,) = parsed({"sw": {"kind": "ceos", "startup-config": "hostname sw\nvlan 10\n"}}).nodes
    assert (switch.kind, switch.startup) == ("arista_ceos", "hostname sw\nvlan 10\n")


def test_containerlabs_long_form_of_a_link() -> None:
    ends = [{"node": "a", "interface": "eth1"}, {"node": "b", "interface": "eth2"}]
    read = parsed({"a": {"kind": "linux"}, "b": {"kind": "linux"}}, [{"type": "veth", "endpoints": ends}])
    assert [str(end) for end in read.links[0]] == ["a:eth1", "b:eth2"]


def test_an_ext_container_belongs_to_the_cluster_whose_name_it_carries() -> None:
    read = parsed({"k1": {"kind": "k8s-kind"}, "k1-a": {"kind": "ext-container"}, "lone": {"kind": "ext-container"}})
    assert [(node.name, node.cluster) for node in read.nodes] == [("k1-a", "k1"), ("lone", None)]


@pytest.mark.parametrize(
    ("nodes", "links", "words"),
    [
        ({"a": {"kind": "srl"}}, [], "Node a: kind 'srl' is unknown"),
        ({"jump": {"kind": "linux"}}, [], "Node 'jump'"),
        ({"a b": {"kind": "linux"}}, [], "Node 'a b'"),
        ({"a": {"kind": "linux"}}, [{"endpoints": ["a:eth1", "b:eth1"]}], "'b:eth1' names no node"),
        ({"a": {"kind": "linux"}}, [{"endpoints": ["a:eth1"]}], "two endpoints"),
        ({"a": {"kind": "linux"}}, [{"endpoints": ["a:eth1", "a:eth1"]}], "a:eth1 is cabled twice"),
        ({"a": {"kind": "linux"}}, [{"endpoints": ["a:eth0", "a:eth1"]}], "no usable interface"),
        ({"a": {"kind": "arista_ceos", "startup-config": "gone.cfg"}}, [], "startup configuration gone.cfg"),
    ],
)
def test_a_mistake_is_one_sentence(nodes: dict[str, Any], links: list[Any], words: str) -> None:
    with pytest.raises(LabError) as caught:
        parsed(nodes, links)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"), [("a: [", "is not YAML"), ("a: 1", "no containerlab topology"), (None, "Cannot read")]
)
def test_a_bad_file_is_named(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "x.clab.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(LabError, match=words) as caught:
        topology.load(path)
    assert str(path) in str(caught.value)
