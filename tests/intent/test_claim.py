"""Table V32: what Felix does to records that it did not want, entry by entry, against what we count as ours."""

from __future__ import annotations

import dataclasses
import re
from ipaddress import ip_network

import pytest

from reconciler.core.resource import Resource
from reconciler.intent.calico.claim import CalicoClaim
from reconciler.intent.flannel.claim import FlannelClaim
from reconciler.linux.address import Address
from reconciler.linux.claim import Except, LinuxClaim
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import NextHop, Route

from .vectors import Record, table

CALICO = CalicoClaim()
HAND = LinuxClaim()


def route(line: str) -> Route:
    """A route from the words of iproute2, protocols as numbers."""
    words = line.split()
    kind = words.pop(0) if words[0] == "blackhole" else "unicast"
    dst = "0.0.0.0/0" if words[0] == "default" else words[0]
    options = dict(re.findall(r"\b(via|dev|proto|metric|table|scope) (\S+)", " ".join(words[1:])))
    return Route(
        type=kind,
        dst=dst if "/" in dst else f"{dst}/32",
        gateway=options.get("via"),
        dev=options.get("dev"),
        protocol=int(options.get("proto", 3)),
        table=int(options.get("table", 254)),
        metric=int(options.get("metric", 0)),
        scope=options.get("scope", "global"),
        onlink=True if "onlink" in words else None,
    )


def resource(case: Record) -> Resource:
    words = case["record"].split()
    options = dict(zip(words[1::2], words[2::2], strict=False))
    match case["kind"]:
        case "route":
            return route(case["record"])
        case "neigh":
            return Neighbour(dst=words[0], dev=options["dev"], lladdr=options["lladdr"])
        case "fdb":
            return FdbEntry(mac=words[0], dev=options["dev"], dst=options["dst"])
        case "addr":
            local, _, length = words[0].partition("/")
            scope = "link" if local.startswith("fe80") else "global"
            return Address(dev=options["dev"], local=local, prefixlen=int(length), scope=scope)
        case _:
            return Link(ifname=words[0], info_kind="vxlan")


def is_ours(case: Record) -> bool:
    """Felix deletes, re-makes or corrects it. Pods' routes are the CNI's own affair (contract, 1)."""
    if case["kind"] == "link":
        return str(case["record"]).startswith("vxlan.calico")
    return case.get("felix") in ("delete", "replace") and "cali123" not in case["record"]


@pytest.mark.parametrize("case", table("V32"), ids=lambda case: case["record"])
def test_ours_is_what_felix_counts_as_its_own(case: Record) -> None:
    if "STALE" in case["record"]:
        pytest.skip("the reader loads PERMANENT neighbours alone")
    found = resource(case)
    wanted = {found.key: found} if case.get("felix") == "replace" else {}
    assert CalicoClaim(wanted).owns(found) is is_ours(case), case.get("why")
    assert not HAND.owns(found)


def test_a_route_in_place_of_a_wanted_one_is_ours_only_while_it_is_wanted() -> None:
    found = route("192.168.23.64/26 via 10.10.10.99 dev eth1 proto 4")
    assert not CALICO.owns(found)
    assert CalicoClaim({found.key: found}).owns(found)


@pytest.mark.parametrize(
    "line",
    [
        "192.168.81.77 dev cali123 proto 80 scope link",
        "192.168.81.0/24 via 10.0.0.1 dev cilium_host proto 80",
        "10.9.9.0/24 dev vxlan.calico proto 2 scope link",
        "10.42.0.0/24 dev cni0 proto 80",
        "10.42.0.7 dev veth1234 proto 80",
        "10.42.0.8 dev lxc77 proto 80",
    ],
)
def test_pods_and_connected_routes_are_never_ours(line: str) -> None:
    assert not CALICO.owns(route(line))


def test_what_the_kernel_puts_on_the_ipv6_tunnel_is_not_ours() -> None:
    assert not CALICO.owns(Route(dst="fe80::/64", dev="vxlan-v6.calico", protocol=3))
    assert CALICO.owns(Route(dst="fd00::/64", dev="vxlan-v6.calico", protocol=3))
    assert CALICO.owns(Address(dev="vxlan.calico", local="169.254.3.3", prefixlen=32, scope="link"))


def test_another_device_route_protocol_moves_the_mark() -> None:
    found = route("192.168.99.0/26 via 10.10.10.99 dev eth1 proto 77")
    assert CalicoClaim(protocol=77).owns(found)
    assert not CalicoClaim(protocol=77).owns(route("192.168.99.0/26 via 10.10.10.99 dev eth1 proto 80"))


def test_a_leg_over_the_tunnel_is_enough() -> None:
    legs = (NextHop(gateway="10.0.0.1", dev="eth1"), NextHop(gateway="10.0.0.2", dev="vxlan.calico"))
    assert CALICO.owns(Route(dst="10.1.0.0/24", protocol=4, nexthops=legs))


@pytest.mark.parametrize("case", [c for c in table("V32") if "felix_programs_ipip" in c], ids=lambda c: c["record"])
def test_felix_takes_birds_leftovers_where_it_programs_ipip(case: Record) -> None:
    assert CalicoClaim(felix_ipip=True).owns(resource(case))


@pytest.mark.parametrize("case", [c for c in table("V32") if "flannel" in c], ids=lambda c: c["record"])
def test_flanneld_keeps_what_it_did_not_want(case: Record) -> None:
    found = resource(case)
    wanted = {found.key: found} if case["kind"] == "route" else {}
    claim = FlannelClaim(wanted, frozenset({ip_network("10.42.0.0/16")}), frozenset({"192.168.1.20"}))
    assert claim.owns(found) is (case["kind"] == "route"), "kept: wanted, or nobody's to delete"


FLANNEL = FlannelClaim({}, frozenset({ip_network("10.42.0.0/16")}), frozenset({"192.168.1.20"}))


def test_what_flanneld_leaves_behind_is_ours() -> None:
    assert FLANNEL.owns(route("10.42.7.0/24 via 10.42.7.0 dev flannel.1 proto 3 onlink"))
    assert FLANNEL.owns(route("10.42.7.0/24 via 192.168.1.70 dev eth0 proto 3"))
    assert FLANNEL.owns(Neighbour(dst="10.42.7.0", dev="flannel.1", lladdr="02:00:00:00:00:01"))
    assert FLANNEL.owns(FdbEntry(mac="02:00:00:00:00:01", dev="flannel.1", dst="192.168.1.70"))
    assert FLANNEL.owns(Link(ifname="flannel.7", info_kind="vxlan"))


@pytest.mark.parametrize(
    "line",
    [
        "10.42.0.0/16 via 192.168.1.1 dev eth0 proto 3",
        "10.50.0.0/24 via 192.168.1.70 dev eth0 proto 3",
        "10.42.7.0/24 via 192.168.1.70 dev eth0 proto 4",
        "10.42.7.7 dev veth77 proto 3 scope link",
        "10.42.0.0/24 dev cni0 proto 2 scope link",
        "192.168.99.0/26 via 192.168.99.0 dev vxlan.calico proto 3 onlink",
    ],
)
def test_what_flanneld_would_never_write_is_not_ours(line: str) -> None:
    assert not FLANNEL.owns(route(line))


def test_birds_routes_are_ours_within_the_pools_that_it_programs() -> None:
    found = route("192.168.99.0/26 via 10.10.10.99 dev eth1 proto 12")
    claim = CalicoClaim(bird={ip_network("192.168.0.0/16"): 26})
    assert claim.owns(found)
    assert claim.owns(route("192.168.99.7/32 via 10.10.10.99 dev eth1 proto 12"))
    assert not CalicoClaim(bird={ip_network("10.0.0.0/8"): 26}).owns(found)


@pytest.mark.parametrize("dst", ["192.168.0.0/16", "192.168.96.0/20", "192.0.0.0/8", "default"])
def test_an_aggregate_that_a_router_announces_is_nobodys_block(dst: str) -> None:
    claim = CalicoClaim(bird={ip_network("192.168.0.0/16"): 26})
    assert not claim.owns(route(f"{dst} via 10.10.10.1 dev eth1 proto 12"))


def test_wireguards_table_is_ours_where_it_is_on() -> None:
    found = route("192.168.99.0/26 dev wireguard.cali proto 3 scope link table 1")
    assert CalicoClaim(table=1).owns(found)
    assert not CALICO.owns(found)
    off = CalicoClaim(pools=frozenset({ip_network("192.168.0.0/16")}))
    assert off.owns(found)
    assert off.owns(dataclasses.replace(found, type="throw", dev=None, scope="global"))
    assert not off.owns(route("192.168.99.0/26 via 10.0.0.1 dev eth1 proto 3 table 1"))


def test_the_kernels_own_ipip_device_is_never_deleted() -> None:
    assert not CALICO.owns(Link(ifname="tunl0", info_kind="ipip"))
    assert CALICO.owns(Address(dev="tunl0", local="10.0.0.1", prefixlen=32))


def test_our_mark() -> None:
    assert HAND.owns(route("10.7.0.0/16 via 10.0.0.1 dev eth0 proto 142 table 77"))
    assert not HAND.owns(route("10.7.0.0/16 via 10.0.0.1 dev eth0 proto 4"))
    assert HAND.owns(Neighbour(dst="10.0.0.9", dev="eth0", lladdr="02:00:00:00:00:01", protocol=142))
    assert HAND.owns(FdbEntry(mac="02:00:00:00:00:01", dev="vxlan7", dst="10.0.0.1", extern_learn=True))
    assert not HAND.owns(FdbEntry(mac="02:00:00:00:00:01", dev="flannel.1", dst="10.0.0.1", extern_learn=True))


def test_a_row_with_another_protocol_is_ours_while_it_is_declared() -> None:
    found = route("10.7.0.0/16 via 10.0.0.1 dev eth0 proto 4")
    assert LinuxClaim({found.key: found}).owns(found)
    assert not LinuxClaim({found.key: route("10.7.0.0/16 via 10.0.0.1 dev eth0 proto 5")}).owns(found)


def test_addresses_are_ours_on_interfaces_that_list_them() -> None:
    claim = LinuxClaim(interfaces=frozenset({"eth1"}))
    assert claim.owns(Address(dev="eth1", local="10.0.0.9", prefixlen=24))
    assert not claim.owns(Address(dev="eth0", local="10.0.0.9", prefixlen=24))
    assert not claim.owns(Address(dev="eth1", local="fe80::1", prefixlen=64, scope="link"))


@pytest.mark.parametrize(
    "excepted",
    [
        Except(devices=frozenset({"vxlan*"})),
        Except(tables=frozenset({254})),
        Except(prefixes=frozenset({ip_network("192.168.0.0/16")})),
    ],
    ids=["device", "table", "prefix"],
)
def test_the_inventory_takes_out(excepted: Except) -> None:
    found = route("192.168.99.0/26 via 192.168.99.0 dev vxlan.calico proto 142 onlink")
    assert not CalicoClaim(excepted=excepted).owns(found)
    assert not LinuxClaim(excepted=excepted).owns(found)
