"""Nodes' annotations: what is none of its kind is not told, and what makes no sense at all is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cluster import facts
from reconciler.cluster.facts import ClusterFacts, NodeFacts
from reconciler.core.driver import Answer
from reconciler.desired.documents import Node
from reconciler.intent.underlay import underlay

CALICO = "projectcalico.org/"
EMPTY: dict[str, Any] = {"items": []}
JSON = st.recursive(
    st.sampled_from([None, True, 0, "", "default", "v3.30.1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["items", "metadata", "spec", "name", "annotations", "calicoVersion"]), inner)
    ),
    max_leaves=8,
)


def read(*documents: Any) -> ClusterFacts:
    return facts.read(Answer("\n".join(map(json.dumps, documents))))


def told(annotations: dict[str, Any], **spec: Any) -> NodeFacts:
    node = {"metadata": {"name": "a", "annotations": annotations}, "spec": spec}
    known = read({"items": [node]}, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY)
    assert known.missing == ""
    return known.nodes["a"]


@pytest.mark.parametrize(
    ("key", "text", "fact", "name"),
    [
        ("IPv4Address", "10.0.0.1/24", "addresses", 4),
        ("IPv4Address", "10.0.0.1", "addresses", 4),
        ("IPv6Address", "fd00::1/64", "addresses", 6),
        ("IPv4VXLANTunnelAddr", "192.168.0.1", "tunnels", "vxlan"),
        ("IPv6VXLANTunnelAddr", "fd00::1", "tunnels", "vxlan6"),
        ("IPv4IPIPTunnelAddr", "192.168.0.1", "tunnels", "ipip"),
        ("IPv4WireguardInterfaceAddr", "192.168.0.1", "tunnels", "wireguard"),
        ("IPv6WireguardInterfaceAddr", "fd00::1", "tunnels", "wireguard6"),
        ("VXLANTunnelMACAddr", "66:00:00:00:00:0a", "macs", "vxlan"),
        ("VXLANTunnelMACAddrV6", "66:00:00:00:00:0A", "macs", "vxlan6"),
        ("WireguardPublicKey", f"{'A' * 43}=", "keys", "wireguard"),
        ("WireguardPublicKeyV6", f"{'A' * 43}=", "keys", "wireguard6"),
    ],
)
def test_each_annotation_has_its_place(key: str, text: str, fact: str, name: str | int) -> None:
    assert told({f"{CALICO}{key}": text, "other": "x"}) == NodeFacts(**{fact: {name: text}})  # type: ignore[arg-type]


FLANNEL_NOTES = {
    "backend-data": '{"VNI":1,"VtepMAC":"3A:00:00:00:00:01"}',
    "backend-v6-data": "null",
    "public-ip": "192.168.1.10",
    "public-ipv6": "fd00::10",
}


def test_what_flanneld_says_of_its_end() -> None:
    notes = {f"flannel.alpha.coreos.com/{key}": text for key, text in FLANNEL_NOTES.items()}
    addresses = {4: "192.168.1.10", 6: "fd00::10"}
    assert told(notes) == NodeFacts(addresses=addresses, macs={"vxlan": "3a:00:00:00:00:01"})


@pytest.mark.parametrize(
    "text", ["{", "[]", "7", '"x"', '{"VtepMAC": 7}', '{"VtepMAC": "66:00; reboot"}', '{"PublicKey": []}']
)
def test_a_backend_that_says_nothing_usable(text: str) -> None:
    assert told({"flannel.alpha.coreos.com/backend-data": text}) == NodeFacts()


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("IPv4Address", "10.0.0.1/99"),
        ("IPv4Address", "10.0.0.999/24"),
        ("IPv4Address", "fd00::1/64"),
        ("IPv6Address", "10.0.0.1/24"),
        ("IPv4Address", "10.0.0.1/24\n"),
        ("IPv4VXLANTunnelAddr", "10.0.0"),
        ("IPv4VXLANTunnelAddr", "fd00::1"),
        ("IPv6VXLANTunnelAddr", "10.0.0.1"),
        ("IPv4VXLANTunnelAddr", ""),
        ("VXLANTunnelMACAddr", "66:00"),
        ("VXLANTunnelMACAddr", "66:00:00:00:00:0a lladdr"),
    ],
)
def test_what_is_no_address_of_its_family_is_not_told(key: str, text: str) -> None:
    assert told({f"{CALICO}{key}": text}) == NodeFacts()


@settings(max_examples=200)
@given(st.text(st.sampled_from("0123456789abf.:/"), max_size=12))
def test_whatever_is_told_can_be_reckoned_with(text: str) -> None:
    """The compiler takes it without another look, and one bad annotation must not stop the whole fleet."""
    node = told({f"{CALICO}IPv4Address": text})
    assert underlay(Node(), 4, node.addresses.get(4)) in ((None, None), (None, text))


def test_pod_ranges() -> None:
    assert told({}, podCIDR="10.1.0.0/24").pod_cidrs == ("10.1.0.0/24",)
    assert told({}, podCIDR="10.1.0.0/24", podCIDRs=["10.1.0.0/24", "fd::/64"]).pod_cidrs == ("10.1.0.0/24", "fd::/64")
    assert told({}, podCIDRs=["10.1.0.0/24", "10.1.0.0; reboot", 7]).pod_cidrs == ("10.1.0.0/24",)


@pytest.mark.parametrize("annotations", ["no", ["no"], {f"{CALICO}IPv4Address": 5}])
def test_annotations_that_are_none_are_missing(annotations: Any) -> None:
    known = read({"items": [{"metadata": {"name": "a", "annotations": annotations}}]}, *[EMPTY] * 5)
    assert known == ClusterFacts(missing=known.missing)
    assert known.missing


@settings(max_examples=200)
@given(st.lists(JSON, min_size=5, max_size=7))
def test_no_answer_breaks_the_reader(documents: list[Any]) -> None:
    known = read(*documents)
    assert known.missing or len(documents) == len(facts.KINDS)
    assert known.calico_version is None or isinstance(known.calico_version, str)
