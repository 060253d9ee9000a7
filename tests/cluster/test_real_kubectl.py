"""The lines and the questions with the real kubectl, against the lab's API server and against one that fails."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from reconciler.cluster import facts
from reconciler.cluster.driver import ClusterDriver
from reconciler.cluster.facts import ClusterFacts, NodeFacts
from reconciler.cluster.ippool import DEFAULTS, IPPool
from reconciler.cluster.kubectl import CRD, V3
from reconciler.core.change import diff
from reconciler.core.driver import Reading, Unreadable
from reconciler.core.resource import Key, Live, Resource, state_of
from tests.cluster.conftest import Node

KEY = Key("ippool", "pool")
NASTY = "has(rack) && name != 'it''s \"$(touch owned)\" `id` %s \\n Grüße'"
TUNNELS = {"control-plane": "192.168.23.64", "worker": "192.168.81.64"}
WORDS = {403: "Forbidden", 500: "InternalError", 503: "ServiceUnavailable", "cut": "unexpected EOF", "torn": "torn"}
"""What the gate does, and the word that the reason has to hold for a person to find it."""
FELIX = json.dumps(
    {"items": [{"metadata": {"name": name}, "spec": {"vxlanVNI": vni}} for name, vni in (("a", 1), ("default", 2))]}
)


def pool(name: str = "pool", **spec: object) -> IPPool:
    return IPPool(pool=name, spec={"cidr": "10.0.0.0/16", **spec})


def pools(node: Node) -> Reading:
    driver = ClusterDriver(ask_facts=False)
    return driver.read([node.ask(question) for question in driver.questions])


def bring(node: Node, *wanted: Resource) -> Mapping[Key, Resource]:
    """One cycle in which every pool there is is ours; what is there afterwards."""
    reading = pools(node)
    desired = state_of(wanted)
    for line in ClusterDriver().write(diff(desired, Live(reading.found, {})), reading).lines:
        node.does(line)
    found = pools(node).found
    assert diff(desired, Live(found, {})) == []
    return found


def told(node: Node) -> ClusterFacts:
    return facts.read(node.ask(facts.QUESTION))


def test_a_pool_is_made_changed_and_deleted(node: Node) -> None:
    assert bring(node) == {}
    made = bring(node, pool(vxlanMode="CrossSubnet", natOutgoing=True))
    everything = {**DEFAULTS, "cidr": "10.0.0.0/16", "blockSize": 26, "vxlanMode": "CrossSubnet", "natOutgoing": True}
    stored = {name: value for name, value in everything.items() if value is not False}
    assert made == {KEY: IPPool(pool="pool", spec=stored)}
    changed = bring(node, pool(vxlanMode="Always", natOutgoing=False))
    assert changed[KEY].values["vxlanMode"] == "Always"
    assert not changed[KEY].values.get("natOutgoing")
    assert bring(node) == {}


def test_empty_values_are_what_the_server_makes_of_them(node: Node) -> None:
    bring(node, pool(vxlanMode="", ipipMode="", nodeSelector="", blockSize=0, natOutgoing=False))


def test_no_shell_reads_what_is_in_a_pool(node: Node) -> None:
    found = bring(node, pool(name="with.dots-and-dashes", cidr="fd00:10::/64"), pool(nodeSelector="all()"))
    assert len(found) == 2
    reading = pools(node)
    (change,) = diff({KEY: pool(nodeSelector=NASTY)}, Live(found, {}), ())[:1]
    (line,) = ClusterDriver().write([change], reading).lines
    answer = node.ask(str(line))
    if answer.status == 0:
        assert pools(node).found[KEY].values["nodeSelector"] == NASTY
    else:
        assert "spec.nodeSelector" in answer.error
    assert not list(node.home.glob("**/owned"))


@pytest.mark.parametrize("api", [V3, CRD])
def test_both_apis_take_the_lines(gated: Node, api: str) -> None:
    if api == CRD:
        gated.gate.rules[f"/apis/{V3}"] = 404
    reading = pools(gated)
    assert reading.dialects == {"ippool": api}
    direct = f"--server=http://127.0.0.1:{gated.server.port}"
    for live, want in (({}, {KEY: pool()}), ({KEY: pool()}, {KEY: pool(disabled=True)}), ({KEY: pool()}, {})):
        (line,) = ClusterDriver().write(diff(want, Live(live, {})), reading).lines
        assert api.split("/")[0] in str(line)
        gated.does(str(line).replace("kubectl ", f"kubectl {direct} "))
        assert pools(gated).found.keys() == want.keys()


def test_a_line_that_the_server_refuses_fails_with_its_reason(node: Node) -> None:
    (line,) = ClusterDriver().write(diff({KEY: pool(vxlanMode="Sometimes")}, Live({}, {})), Reading({})).lines
    answer = node.ask(str(line))
    assert answer.status
    assert "vxlanMode" in answer.error


def test_a_server_that_is_down(node: Node) -> None:
    bring(node, pool())
    node.server.stop()
    with pytest.raises(Unreadable, match="refused"):
        pools(node)
    known = told(node)
    assert "refused" in known.missing
    assert known == ClusterFacts(missing=known.missing)


@pytest.mark.parametrize("rule", WORDS)
def test_pools_that_are_refused_are_unreadable(gated: Node, rule: int | str) -> None:
    gated.gate.rules["ippools"] = rule
    with pytest.raises(Unreadable, match=WORDS[rule]):
        pools(gated)


def test_pools_that_nothing_serves_are_unreadable(gated: Node) -> None:
    gated.gate.rules["ippools"] = 404
    with pytest.raises(Unreadable, match="NotFound"):
        pools(gated)


def test_half_an_answer_of_one_api_does_not_hide_behind_the_other(gated: Node) -> None:
    """kubectl prints what has come before the connection broke off; the other API's answer follows it."""
    gated.gate.rules[f"/apis/{V3}/ippools"] = "cut"
    with pytest.raises(Unreadable, match="torn"):
        pools(gated)


def test_a_refusal_of_one_api_is_made_good_by_the_other(gated: Node) -> None:
    gated.gate.served[f"/apis/{CRD}/felixconfigurations"] = FELIX
    gated.gate.served[f"/apis/{CRD}/bgpconfigurations"] = json.dumps({"items": []})
    gated.gate.rules[f"/apis/{V3}/"] = 503
    assert pools(gated).dialects == {"ippool": CRD}
    assert not told(gated).missing


def test_what_the_cluster_knows(node: Node) -> None:
    known = told(node)
    assert known.missing == ""
    assert known.calico_version == "v3.30.3"
    assert known.nodes["k01-worker3"] == NodeFacts(addresses={4: "10.10.20.20/24"}, tunnels={"vxlan": "192.168.209.64"})
    assert len(known.nodes) == 4
    assert {(spec["node"], spec["cidr"]) for spec in known.affinities or ()} >= {
        (f"k01-{name}", f"{tunnel}/26") for name, tunnel in TUNNELS.items()
    }
    assert len(known.affinities or ()) == 4
    assert known.blocks == [], "served, and there are none"
    assert known.felix is None, "the lab's server has never heard of that kind"


@pytest.mark.parametrize("api", [V3, CRD])
def test_felix_settings_are_those_of_the_object_named_default(gated: Node, api: str) -> None:
    gated.gate.served[f"/apis/{api}/felixconfigurations"] = FELIX
    assert told(gated).felix == {"a": {"vxlanVNI": 1}, "default": {"vxlanVNI": 2}}


def test_served_and_none_there_is_not_the_same_as_not_served(gated: Node) -> None:
    gated.gate.served |= {
        f"/apis/{V3}/{kind}": '{"items": null}' for kind in ("blockaffinities", "felixconfigurations")
    }
    known = told(gated)
    assert (known.affinities, known.felix, known.missing) == ([], {}, "")


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("blockaffinities", "affinities"),
        ("ipamblocks", "blocks"),
        ("clusterinformations", "calico_version"),
        ("felixconfigurations", "felix"),
    ],
)
class TestOneKind:
    def test_not_served_is_not_told(self, gated: Node, kind: str, fact: str) -> None:
        gated.gate.rules[kind] = 404
        known = told(gated)
        assert known.missing == ""
        assert getattr(known, fact) is None
        assert len(known.nodes) == 4

    @pytest.mark.parametrize("rule", WORDS)
    def test_refused_is_missing(self, gated: Node, kind: str, fact: str, rule: int | str) -> None:
        gated.gate.served[f"/apis/{V3}/felixconfigurations"] = FELIX
        gated.gate.rules[kind] = rule
        known = told(gated)
        assert WORDS[rule] in known.missing
        assert known == ClusterFacts(missing=known.missing)

    def test_refused_by_the_one_api_and_unknown_to_the_other(self, gated: Node, kind: str, fact: str) -> None:
        """Calico's kinds may be served by one API alone: that the other has never heard of them says nothing."""
        gated.gate.rules = {f"/apis/{V3}/{kind}": 404, f"/apis/{CRD}/{kind}": 403}
        assert "Forbidden" in told(gated).missing
        if kind != "ipamblocks":  # Calico's own API does not have them
            gated.gate.rules = {f"/apis/{V3}/{kind}": 403, f"/apis/{CRD}/{kind}": 404}
            assert "Forbidden" in told(gated).missing


@pytest.mark.parametrize("rule", [*WORDS, 404])
def test_without_nodes_nothing_is_told(gated: Node, rule: int | str) -> None:
    """Every cluster serves nodes: there is no 404 that means that it has none."""
    gated.gate.rules["/api/v1/nodes"] = rule
    assert WORDS.get(rule, "NotFound") in told(gated).missing


def test_an_answer_that_is_no_list_is_missing(gated: Node) -> None:
    gated.gate.rules["blockaffinities"] = json.dumps({"kind": "Status", "status": "Success"})
    assert "blockaffinities" in told(gated).missing
