"""Facts that a cluster tells oddly: twice, for one node alone, or through the platform that it runs on."""

from __future__ import annotations

from pathlib import Path

from reconciler.cluster.facts import NodeFacts
from reconciler.core.resource import Key
from reconciler.desired.documents import FelixConfiguration
from reconciler.linux.link import Link

from .test_compile import NODE, cluster, compile_, pool, told


def test_what_a_cluster_tells_twice_stops_nobody(tmp_path: Path) -> None:
    """Two nodes annotated with one tunnel address (projectcalico/calico 9450): unknown, and no contradiction."""
    facts = told(nodes={n: NodeFacts({4: f"172.16.{i}.1/24"}, {"vxlan": "10.0.0.64"}) for i, n in enumerate("abc")})
    documents = {"pool.yaml": pool(), "node.yaml": NODE, "w.yaml": cluster().replace("[a, b]", "[a, b, c]")}
    world = compile_(tmp_path, documents, facts)
    key = Key("neighbour", "10.0.0.64 dev vxlan.calico")
    assert world.problems == ()
    wish = world["a"]
    assert key not in wish.desired
    assert [row.missing for row in wish.unknown if row.covers(key)] == ["which it is: told twice by cluster k"]
    assert any(row.kind == "fdb" for row in wish.desired.values()), "their MACs are two"


def test_a_node_has_settings_of_its_own(tmp_path: Path) -> None:
    """``node.NAME`` overrules ``default``, in documents as in the cluster."""
    felix = {"default": FelixConfiguration(vxlanMTU=1400), "node.a": FelixConfiguration(vxlanMTU=1300)}
    world = compile_(tmp_path, {"pool.yaml": pool(), "w.yaml": cluster(), "node.yaml": NODE}, told(felix=felix))
    link = world["a"].desired[Key("link", "vxlan.calico")]
    assert isinstance(link, Link)
    assert link.mtu == 1300


def test_azure_takes_more_of_wireguards_mtu(tmp_path: Path) -> None:
    spec = {"wireguardEnabled": True, "wireguardHostEncryptionEnabled": True}
    felix = {"default": FelixConfiguration.model_validate(spec)}
    nodes = {"a": NodeFacts({4: "172.16.0.1/24"}, {"vxlan": "10.0.0.0"}, {}, {"wireguard": f"{'A' * 43}="})}
    facts = told(felix=felix, nodes=nodes, cluster_type="k8s,bgp,aks")
    documents = {"pool.yaml": pool(), "w.yaml": cluster().replace("[a, b]", "[a]"), "node.yaml": NODE}
    link = compile_(tmp_path, documents, facts)["a"].desired[Key("link", "wireguard.cali")]
    assert isinstance(link, Link)
    assert link.mtu == 1500 - 60 - 100
