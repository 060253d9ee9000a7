"""Routes over a router beside the underlay's interface, and an encapsulation that is switched off."""

from __future__ import annotations

from pathlib import Path

from reconciler.core.resource import Key
from reconciler.desired.documents import BlockAffinity, FelixConfiguration

from .test_compile import cluster, compile_, pool, told

NODE = """\
apiVersion: reconciler/v1
kind: Node
metadata: {name: a}
spec:
  interfaces: {eth0: {addresses: [172.16.0.1/24]}, eth2: {addresses: [10.9.9.2/24]}}
  routes: [{dst: 172.16.1.0/24, via: 10.9.9.1, dev: eth2}]
"""


def test_birds_next_hop_leaves_by_the_interface_of_the_route_to_it(tmp_path: Path) -> None:
    documents = {"w.yaml": cluster(), "n.yaml": NODE, "p.yaml": pool().replace("CrossSubnet", "Never")}
    row = compile_(tmp_path, documents, told())["a"].desired[Key("route", "10.0.0.64/26 table 254 metric 0")]
    assert (row.values["gateway"], row.values["dev"]) == ("10.9.9.1", "eth2")


def test_a_block_of_ipip_that_is_switched_off(tmp_path: Path) -> None:
    tunnelled = pool().replace("vxlanMode: CrossSubnet", "ipipMode: Always")
    documents = {"w.yaml": cluster(), "n.yaml": NODE, "p.yaml": tunnelled}
    felix = FelixConfiguration.model_validate({"ipipEnabled": False})
    facts = told(version="v3.33.0", felix={"default": felix}, affinities=[BlockAffinity(node="a", cidr="10.0.0.0/26")])
    assert Key("route", "10.0.0.0/26 table 254 metric 0") not in compile_(tmp_path, documents, facts)["a"].desired
