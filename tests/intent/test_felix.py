"""Versions, MACs and MTUs against the values in Calico's own tests and the lab that the lesson printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.intent.calico.release import NEWEST, PROFILES, is_version, profile_of
from reconciler.intent.calico.settings import Settings, vtep_mac
from reconciler.intent.mtu import Encapsulation, host_mtu, pod_mtu
from reconciler.intent.network import IPV4, IPV6, Family

from .vectors import Record, table

ENCAPSULATIONS: dict[str, tuple[Encapsulation, Family]] = {
    "vxlan": ("vxlan", IPV4),
    "vxlan6": ("vxlan", IPV6),
    "ipip": ("ipip", IPV4),
    "wg": ("wireguard", IPV4),
    "wg6": ("wireguard", IPV6),
}


@pytest.mark.parametrize(
    ("node", "family", "mac"),
    [
        ("k01-control-plane", IPV4, "66:15:9d:fa:c6:aa"),
        ("k01-worker", IPV4, "66:fb:ad:98:aa:13"),
        ("k01-worker2", IPV4, "66:c7:4d:6e:6b:f3"),
        ("k01-worker3", IPV4, "66:d2:0c:f0:ef:e5"),
        ("localhostname", IPV4, "66:48:f6:56:dc:f1"),
        ("remotehostname", IPV4, "66:3e:ca:a4:db:65"),
        ("remotehostname", IPV6, "66:a0:68:c9:4c:79"),
        ("remotehostname2", IPV4, "66:40:18:59:1f:16"),
    ],
)
def test_macs_are_derived_from_the_node_name(node: str, family: Family, mac: str) -> None:
    assert vtep_mac(node, family) == mac


@pytest.mark.parametrize("case", [c for c in table("V31") if c["cni"] == "calico"], ids=lambda c: str(c["ifaces"]))
def test_mtus(case: Record) -> None:
    configured = case.get("configured", {}).get("vxlan")
    azure = case.get("aks_encrypt_host", False)
    settings = Settings(azure=azure, host_encryption=azure)
    if configured:
        settings = replace(settings, mtus=((("vxlan", 4), configured),))
    host = host_mtu(case["ifaces"])
    assert host == case["host"]
    derived = {name: settings.device_mtu(kind, family, host) for name, (kind, family) in ENCAPSULATIONS.items()}
    assert {name: derived[name] for name in derived if name in case} == {n: case[n] for n in derived if n in case}
    assert pod_mtu(host, (derived[name] for name in case["enabled"])) == case["pod"]


def test_an_interface_without_a_declared_mtu_is_an_ordinary_one() -> None:
    assert host_mtu({}) == 1500
    assert host_mtu({"eth1": None}) == 1500
    assert host_mtu({"eth1": None, "bond0": 9000}) == 1500
    assert host_mtu({"eth1": None, "eth0": 9000}) == 9000


@pytest.mark.parametrize(
    ("version", "profile"),
    [("3.30", "3.30"), ("v3.30.2", "3.30"), ("3.31.0", "3.31"), ("3.28", "3.29"), ("4.1", "3.33"), (None, "3.33")],
)
def test_versions(version: str | None, profile: str) -> None:
    assert profile_of(version).version == profile


def test_what_the_versions_differ_in() -> None:
    assert [p.tunnel_routes for p in PROFILES] == [False, True, True, False, False]
    assert [p.route_mtu for p in PROFILES] == [False, False, True, True, True]
    assert [profile_of(v).host_routes for v in ("3.29", "3.30", "3.32.1", "3.32.2", "3.33")] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert profile_of(None) is NEWEST


@pytest.mark.parametrize("version", ["master", "", "newest"])
def test_no_version(version: str) -> None:
    assert not is_version(version)
    assert profile_of(version) is NEWEST
