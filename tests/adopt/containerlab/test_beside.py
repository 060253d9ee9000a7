"""What stands beside a topology, and how its containers are called."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.adopt.adopted import Adopted
from reconciler.adopt.containerlab.importing import containerlab
from reconciler.adopt.containerlab.reach import Host
from tests.adopt.memory import Memory

CLUSTER = "name: lab\ntopology: {nodes: {k: {kind: k8s-kind, startup-config: kind.yaml}}}\n"
POOL = "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\nspec: {cidr: 10.0.0.0/16}\n"
INSTALLATION = "apiVersion: operator.tigera.io/v1\nkind: Installation\nspec: {calicoNetwork: {ipPools: []}}\n"
KIND = "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n"


def imported(topology: str, **files: str) -> Adopted:
    """``files``: by their names without a suffix, ``__`` for ``/``."""
    more = {f"{name.replace('__', '/')}.yaml": text for name, text in files.items()}
    return containerlab(Memory({"lab.clab.yaml": topology, **more}), "lab.clab.yaml", {}, Host())


def told(adopted: Adopted) -> list[str]:
    return [f"{one.what}: {one.why}" for one in adopted.remarks]


@pytest.mark.parametrize(
    ("head", "container"),
    [
        ("name: x", "clab-x-s"),
        ("{}", "clab-lab-s"),
        ("name: x\nprefix: my", "my-x-s"),
        ("name: x\nprefix: ''", "s"),
        ("name: x\nprefix: __lab-name", "x-s"),
        ("name: a b", "clab-lab-s"),
    ],
)
def test_a_container_is_called(head: str, container: str) -> None:
    adopted = imported("\n".join([*([] if head == "{}" else [head]), "topology: {nodes: {s: {kind: vr-arista_veos}}}"]))
    assert adopted.inventory[0].spec["devices"]["s"]["host"] == container
    assert ("the name or prefix of the lab" in [one.what for one in adopted.remarks]) == (head == "name: a b")


@pytest.mark.parametrize(
    ("node", "what"),
    [
        ("a b: {kind: linux}", "node 'a b': no device can have this name; left out"),
        ("h: {kind: linux, exec: ip link}", "exec of h: expected a list of commands; left out"),
        ("h: {kind: linux, exec: [7]}", "an exec line of h: not a text; left out"),
    ],
)
def test_a_node_that_is_none_is_told(node: str, what: str) -> None:
    assert told(imported(f"topology: {{nodes: {{{node}}}}}")) == [what]


def test_a_kind_may_name_a_group() -> None:
    said = "kinds: {linux: {group: g}}, groups: {g: {exec: [ip link set eth1 mtu 9000]}}"
    (node,) = imported(f"topology: {{{said}, nodes: {{h: {{kind: linux}}}}}}").documents
    assert node.spec == {"interfaces": {"eth1": {"mtu": 9000}}}


@pytest.mark.parametrize(
    ("files", "cni", "kinds", "said"),
    [
        ({"kind": KIND}, "none", [], []),
        ({}, "none", [], ["'kind.yaml': no cluster file of kind's is there; one control plane is assumed"]),
        ({"kind": KIND, "p": POOL}, "calico", ["p"], []),
        ({"kind": KIND, "a": INSTALLATION, "b": POOL}, "calico", ["p"], ["an Installation without ipPools"]),
        ({"kind": KIND, "p": POOL, "q": POOL}, "calico", ["p"], ["IPPool p: there is one already; left out"]),
        ({"kind": KIND, "p": POOL.replace("name: p", "")}, "calico", [], ["IPPool : it has no name; left out"]),
        (
            {"kind": KIND, "a": INSTALLATION.replace("[]", "[{name: p, cidr: 10.0.0.0}]")},
            "calico",
            [],
            ["IPPool p: '10.0.0.0' has no prefix length: "],
        ),
        ({"kind": KIND, "p": f"{POOL}a: 1\na: 2\n"}, "calico", ["p"], ["duplicate key 'a' (first on line 5)"]),
        ({"kind": KIND, "other__x.clab": "topology: {}", "other__p": POOL}, "none", [], []),
        ({"kind": KIND, "mine__p": POOL}, "calico", ["p"], []),
        (
            {"kind": KIND, "a": INSTALLATION, "b": INSTALLATION},
            "calico",
            [],
            ["an Installation without ipPools", "a second Installation: left out"],
        ),
    ],
)
def test_manifests(files: dict[str, str], cni: str, kinds: list[str], said: list[str]) -> None:
    adopted = imported(CLUSTER, **files)
    documents: dict[str, Any] = {one.kind: one for one in adopted.documents}
    assert documents["Cluster"].spec["cni"] == cni
    assert [one.name for one in adopted.documents if one.kind == "IPPool"] == kinds
    assert [line[: len(one)] for line, one in zip(told(adopted), said, strict=True)] == said


def test_a_cluster_without_a_cni_of_its_own_is_asked_for() -> None:
    own, none = (
        imported(CLUSTER, kind=f"{KIND}{more}").documents for more in ("", "networking: {disableDefaultCNI: true}\n")
    )
    comments = [one.comment for documents in (own, none) for one in documents if one.kind == "Cluster"]
    assert ["say which CNI it has" in comment for comment in comments] == [False, True]


def test_there_is_an_end_to_files_beside() -> None:
    many = {f"f{number:03}": "a: 1\n" for number in range(500)}
    assert told(imported("topology: {nodes: {}}", **many)) == []
    (more,) = told(imported("topology: {nodes: {}}", **many, zz=POOL))
    assert more.startswith("1 YAML files beyond the first 500: not looked at")
