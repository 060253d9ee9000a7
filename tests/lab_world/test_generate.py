"""A generated lab and its documents agree with each other, whatever the size."""

from __future__ import annotations

from ipaddress import ip_interface, ip_network
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.lab import addressing, desired, facts, generate
from reconciler.lab.addressing import Request
from reconciler.lab.overlay import SEEDS


def documents(count: int, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The generated documents by kind."""
    lab = addressing.plan(generate.topology(count), Request(name="x", pods=1, record=False))
    desired.write(lab.model_copy(update={"folder": folder}))
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((folder / "desired").glob("*.yaml")):
        for document in YAML(typ="safe").load_all(path):
            found.setdefault(document["kind"], []).append(document)
    return found


@pytest.mark.parametrize("count", [1, 2, 4, 480, 500])
def test_every_node_has_a_port_a_gateway_and_a_block(tmp_path: Path, count: int) -> None:
    made = documents(count, tmp_path)
    switch, nodes = made["Switch"][0]["spec"], made["Node"]
    gateways = {vlan: ip_interface(svi["addresses"][0]) for vlan, svi in switch["svis"].items()}
    assert len(nodes) == len(switch["interfaces"]) == len(made["BlockAffinity"]) == count
    assert made["Cluster"][0]["spec"]["nodes"] == [node["metadata"]["name"] for node in nodes]
    addresses = set()
    for node, port in zip(nodes, switch["interfaces"].values(), strict=True):
        address = ip_interface(node["spec"]["interfaces"]["eth1"]["addresses"][0])
        gateway = gateways[port["access"]]
        assert address.network == gateway.network
        assert node["spec"]["routes"][0]["via"] == str(gateway.ip)
        assert ip_network(node["spec"]["routes"][0]["dst"]) != address.network
        assert port["description"].endswith(node["metadata"]["name"])
        addresses.add(address)
    assert len(addresses) == count


def test_the_startup_configuration_says_what_the_documents_want(tmp_path: Path) -> None:
    startup = generate.topology(4).nodes[0].startup or ""
    spec = documents(4, tmp_path)["Switch"][0]["spec"]
    for name, port in spec["interfaces"].items():
        stanza = f"interface {name}\n   description {port['description']}\n   switchport access vlan {port['access']}\n"
        assert stanza in startup
    for vlan, svi in spec["svis"].items():
        assert (
            f"interface Vlan{vlan}\n   description {svi['description']}\n   ip address {svi['addresses'][0]}\n"
            in startup
        )


def test_vtep_macs_are_those_that_the_seed_prints() -> None:
    assert facts.vtep_mac(SEEDS, "k01-worker", 4) == "66:fb:ad:98:aa:13"
    assert facts.vtep_mac(SEEDS, "k01-worker3", 4) == "66:d2:0c:f0:ef:e5"
