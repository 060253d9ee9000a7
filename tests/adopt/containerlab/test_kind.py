"""A cluster file of kind's: how its containers are called, and which address each kubelet is given."""

from __future__ import annotations

import json

import pytest

from reconciler.adopt.containerlab.kind import KindNode, kind_cluster
from reconciler.desired.compose import compose

V1BETA3 = "nodeRegistration: {kubeletExtraArgs: {node-ip: '10.0.0.1,fd00::1'}}"
V1BETA4 = "nodeRegistration: {kubeletExtraArgs: [{name: v, value: '2'}, {name: node-ip, value: 10.0.0.1}]}"
NO_IP = "nodeRegistration: {kubeletExtraArgs: [{name: v, value: '2'}]}"


def read(cluster: object) -> tuple[KindNode, ...]:
    return kind_cluster("k", compose(json.dumps(cluster))[0][0]).nodes


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        ([], ["k-control-plane"]),
        ([{}, {"role": "worker"}, {"role": "worker"}], ["k-control-plane", "k-worker", "k-worker2"]),
        ([{"role": "control-plane"}, {}, {"role": "x"}, {"role": 7}], ["k-control-plane", "k-control-plane2"]),
    ],
)
def test_names(nodes: list[object], names: list[str]) -> None:
    assert [node.name for node in read({"nodes": nodes})] == names
    assert kind_cluster("k", None).nodes == (KindNode("k-control-plane", "control-plane"),)


@pytest.mark.parametrize(("patch", "address"), [(V1BETA3, "10.0.0.1"), (V1BETA4, "10.0.0.1"), (NO_IP, ""), (7, "")])
def test_addresses(patch: object, address: str) -> None:
    (node,) = read({"nodes": [{"role": "worker", "kubeadmConfigPatches": [patch]}]})
    assert node.address == address
    assert read({"nodes": [{"role": "worker", "kubeadmConfigPatches": patch}]})[0].address == ""


def test_the_first_control_plane_is_asked_and_kindnet_is_kinds_own() -> None:
    tree = compose("{nodes: [{role: worker}, {role: control-plane}], networking: {disableDefaultCNI: true}}")[0][0]
    assert (kind_cluster("k", tree).control_plane, kind_cluster("k", tree).own_network) == ("k-control-plane", False)
    alone = kind_cluster("k", compose("{nodes: [{role: worker}]}")[0][0])
    assert (alone.control_plane, alone.own_network) == ("k-worker", True)
