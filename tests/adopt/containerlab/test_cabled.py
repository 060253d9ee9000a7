"""Small topologies: which address a cluster goes by, what its cables join, and how its devices are reached."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.adopt.adopted import Adopted
from reconciler.adopt.containerlab.importing import containerlab
from reconciler.adopt.containerlab.reach import Host
from tests.adopt.memory import Memory

ADDRESSES = ("10.1.0.1/24 dev eth1", "10.2.0.1/24 dev eth2", "fd00:1::1/64 dev eth1", "fd00:2::1/64 dev eth2")
SECOND = {"dev": "eth2", "address": "10.2.0.1/24"}


def imported(topology: dict[str, Any], **files: object) -> Adopted:
    whole = {"lab.clab.yaml": json.dumps({"name": "lab", "topology": topology})}
    return containerlab(Memory(whole | {f"{n}.yaml": json.dumps(f) for n, f in files.items()}), *GIVEN)


GIVEN: Any = ("lab.clab.yaml", {}, Host())


@pytest.mark.parametrize(
    ("four", "six", "node_ip", "underlay"),
    [
        ({}, {}, "", None),
        ({}, {}, "10.1.0.1", None),
        ({}, {}, "10.2.0.1", SECOND),
        ({}, {}, "fd00:2:0::1", {"dev": "eth2", "address6": "fd00:2::1/64"}),
        ({"cidrs": ["10.2.0.0/16"]}, {}, "10.1.0.1", SECOND),
        ({"cidrs": ["10.1.0.0/16", "10.2.0.0/16"]}, {}, "", None),
        ({"cidrs": ["nonsense", "10.2.0.0/16"]}, {}, "", SECOND),
        ({"interface": "eth2"}, {}, "10.1.0.1", SECOND),
        ({"interface": "eth9, ^eth2$"}, {}, "", SECOND),
        ({"interface": "et.*"}, {}, "", None),
        ({"interface": "eth(2)"}, {}, "", None),
        ({"interface": "eth2"}, {"interface": "eth2"}, "", {**SECOND, "address6": "fd00:2::1/64"}),
        ({"interface": "eth2"}, {"interface": "eth1"}, "", SECOND),
    ],
)
def test_the_address_that_an_overlay_goes_by(
    four: dict[str, Any], six: dict[str, Any], node_ip: str, underlay: dict[str, str] | None
) -> None:
    network = {"ipPools": [], "nodeAddressAutodetectionV4": four, "nodeAddressAutodetectionV6": six}
    api = {"apiVersion": "operator.tigera.io/v1", "kind": "Installation"}
    patch = json.dumps({"nodeRegistration": {"kubeletExtraArgs": {"node-ip": node_ip}}})
    kind = {"apiVersion": "kind.x-k8s.io/v1alpha4", "kind": "Cluster", "nodes": [{"role": "worker"}]}
    kind["nodes"] = [{"role": "worker", "kubeadmConfigPatches": [patch]}]
    worker = {"kind": "ext-container", "exec": [f"ip addr add {one}" for one in ADDRESSES]}
    nodes = {"k": {"kind": "k8s-kind", "startup-config": "kind.yaml"}, "k-worker": worker}
    adopted = imported({"nodes": nodes}, kind=kind, calico={**api, "spec": {"calicoNetwork": network}})
    assert next(one.spec for one in adopted.documents if one.kind == "Node").get("underlay") == underlay


ENDS: tuple[tuple[object, dict[str, str], list[str]], ...] = (
    ({"endpoints": ["s:eth1", "h:eth1"]}, {"Ethernet1": "h:eth1"}, []),
    ({"endpoints": ["s:eth1_2", "h:eth1"]}, {"Ethernet1/2": "h:eth1"}, []),
    ({"endpoints": [{"node": "s", "interface": "et3"}, {"node": "h", "interface": "x"}]}, {"Ethernet3": "h:x"}, []),
    ({"endpoints": ["s:eth1", "h:eth1", "h:eth2"]}, {}, ["a link with 3 endpoints"]),
    ({"endpoints": "s:eth1"}, {}, ["a link with 0 endpoints"]),
    ({"endpoints": ["s:eth1", "s:eth1"]}, {}, ["s:Ethernet1 and s:Ethernet1"]),
    ({"endpoint": "s:eth1"}, {}, ["the cable at s:Ethernet1"]),
    ({"endpoints": ["s:eth1", "macvlan:eno1"]}, {}, ["the cable at s:Ethernet1"]),
    ({"endpoints": ["s:eth1", "nobody:eth1"]}, {}, ["the cable at s:Ethernet1", "the endpoint nobody:eth1"]),
    ({"endpoints": ["s:eth0", "h:eth1"]}, {}, ["the cable at h:eth1", "the endpoint s:eth0"]),
    ({"endpoints": ["s:eth1", "h:a/b"]}, {}, ["the cable at s:Ethernet1", "the endpoint h:a/b"]),
    ({"endpoints": ["s:eth1", "fw:eth1"]}, {}, ["the cable at s:Ethernet1"]),
)


@pytest.mark.parametrize(("link", "to", "told"), ENDS)
def test_a_cable(link: object, to: dict[str, str], told: list[str]) -> None:
    nodes = {"s": {"kind": "ceos"}, "h": {"kind": "linux"}, "fw": {"kind": "paloalto_panos"}}
    adopted = imported({"nodes": nodes, "links": [link]})
    ports = next(one.spec for one in adopted.documents if one.kind == "Switch").get("interfaces", {})
    assert {name: port["to"] for name, port in ports.items()} == to
    usual = {"s has no startup-config", "fw is of kind 'paloalto_panos'"}
    assert sorted(one.what for one in adopted.remarks if one.what not in usual) == told
    assert usual <= {one.what for one in adopted.remarks}


def test_a_socket_that_leads_out_of_the_lab_is_taken() -> None:
    links = [{"endpoint": "s:eth1"}, {"endpoints": ["s:eth1", "h:eth1"]}]
    adopted = imported({"nodes": {"s": {"kind": "ceos"}, "h": {"kind": "linux"}}, "links": links})
    assert "s:Ethernet1 and h:eth1: cabled already" in " ".join(f"{one.what}: {one.why}" for one in adopted.remarks)


@pytest.mark.parametrize(
    ("said", "device", "told"),
    [
        ({}, {}, []),
        ({"mgmt-ipv6": "2001:db8::1"}, {"host": "2001:db8::1"}, []),
        ({"mgmt-ipv6": "2001:db8::1", "mgmt-ipv4": "192.0.2.1"}, {"host": "192.0.2.1"}, []),
        ({"mgmt-ipv4": "192.0.2"}, {}, ["the address of s"]),
        ({"mgmt-ipv4": "-oProxyCommand=x"}, {}, ["the address of s"]),
        ({"username": "ops"}, {"username": "ops"}, []),
        ({"username": "-l root"}, {}, []),
    ],
)
def test_a_switch_is_reached(said: dict[str, str], device: dict[str, str], told: list[str]) -> None:
    adopted = imported({"nodes": {"s": {"kind": "ceos", **said}}})
    usual = {"platform": "arista_eos", "host": "clab-lab-s", "username": "admin", "password": {"env": "CEOS_PASSWORD"}}
    assert adopted.inventory[0].spec["devices"] == {"s": usual | device}
    assert [one.what for one in adopted.remarks if "startup-config" not in one.what] == told


@pytest.mark.parametrize(
    ("runtimes", "runtime"), [(["podman"] * 2, "podman"), (["podman", "docker"], "docker"), (["x", "x"], "docker")]
)
def test_a_container_is_entered(runtimes: list[str], runtime: str) -> None:
    nodes = {f"h{number}": {"kind": "linux", "runtime": one} for number, one in enumerate(runtimes)}
    device = imported({"nodes": nodes}).inventory[0].spec["devices"]["h0"]
    assert device["shell"] == f"{runtime} exec -i clab-lab-h0 sh"
