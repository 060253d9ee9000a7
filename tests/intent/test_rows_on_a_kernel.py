"""Every field of a row by hand, from the document through a real kernel and back: what is read is what is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.change import Change, diff
from reconciler.core.resource import Live, Resource, State
from reconciler.desired.documents.route import ON_A_DEVICE, Metrics
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from reconciler.linux.address import Address
from reconciler.linux.route import ENDS
from tests.linux.conftest import bare, node
from tests.linux.node import Node

__all__ = ["bare", "node"]
pytestmark = pytest.mark.kernel

DOCUMENT = """
apiVersion: reconciler/v1
kind: Node
metadata: {{name: n1}}
spec:
  {section}:
    - {row}
"""
METRICS: dict[str, str] = {
    "mtu": "1300",
    "advmss": "1200",
    "window": "1000",
    "rtt": "100",
    "rttvar": "50",
    "reordering": "5",
    "cwnd": "7",
    "initcwnd": "8",
    "initrwnd": "9",
    "ssthresh": "11",
    "hoplimit": "33",
    "rtoMin": "1500",
    "quickack": "true",
    "congctl": "cubic",
    "ecn": "true",
    "fastopenNoCookie": "true",
}
ALL = ", ".join(f"{name}: {value}" for name, value in METRICS.items())
VIA = "via: 10.10.10.1, dev: eth1"
VIA6 = 'via: "fd00:1::1", dev: eth1'
OF_FOUR = [
    f"{VIA}, tos: 16",
    f"{VIA}, realms: 7",
    f"{VIA}, realms: 5/6",
    f"{VIA}, tos: 4, realms: 1, {ALL}",
    "via: 172.16.0.1, dev: eth1, onlink: true, src: 10.10.10.11, scope: global, table: 100000, metric: 7",
    VIA6,
    "dev: eth1, encap: {type: ip, dst: 10.9.9.9}",
    "dev: eth1, encap: {type: ip, id: 7, src: 10.10.10.11, dst: 10.9.9.9, ttl: 9, tos: 4}",
    'dev: eth1, encap: {type: ip6, id: 7, dst: "fd00::9"}, hoplimit: 3',
    f"nexthops: [{{{VIA}, weight: 3}}, {{{VIA6}, weight: 256}}]",
    f"nexthops: [{{{VIA}, realms: 1/2}}, {{via: 10.10.10.2, dev: eth1, realms: 4}}]",
    f"{ALL}, nexthops: [{{{VIA}, weight: 3}}, {{via: 172.16.0.1, dev: eth1, onlink: true}}]",
    f"nexthops: [{{{VIA}}}, {{dev: eth1, encap: {{type: ip, dst: 10.9.9.9, ttl: 4}}}}]",
]
OF_FOUR.append(f'nexthops: [{{{VIA}}}, {{{VIA6}, encap: {{type: seg6, mode: encap, segs: ["fd00::a"], hmac: 7}}}}]')
OF_SIX = [
    f'{VIA6}, from: "fd00:55::/64"',
    f"{VIA6}, pref: high",
    f'{VIA6}, pref: low, metric: 7, table: 77, src: "fd00:1::11", {ALL}',
    'dev: eth1, encap: {type: ip6, id: 5, src: "fd00:1::11", dst: "fd00::9", ttl: 3, tos: 4}, hoplimit: 9',
    'dev: eth1, encap: {type: seg6, mode: encap, segs: ["fd00::1", "fd00::2"]}',
    'dev: eth1, encap: {type: seg6, mode: inline, segs: ["fd00::1", "fd00::2"]}',
    'dev: eth1, encap: {type: seg6, mode: encap, segs: ["fd00::1"], hmac: 7}',
    f'nexthops: [{{{VIA6}, weight: 3}}, {{via: "fd00:1::2", dev: eth1, weight: 5}}]',
    f'{ALL}, pref: high, nexthops: [{{{VIA6}}}, {{via: "fd00:1::2", dev: eth1}}]',
    f'nexthops: [{{{VIA6}}}, {{via: "fd00:1::2", dev: eth1, encap: {{type: ip6, dst: "fd00::9"}}}}]',
]


def _routes() -> Iterator[str]:
    for dst, via, more in (("10.31.0.0/16", VIA, OF_FOUR), ('"fd00:31::/64"', VIA6, OF_SIX)):
        yield from (f"{{dst: {dst}, {via}, {name}: {value}}}" for name, value in METRICS.items())
        yield f"{{dst: {dst}, {via}, {ALL}}}"
        yield from (f"{{dst: {dst}, type: {kind}}}" for kind in sorted(ENDS))
        yield from (f"{{dst: {dst}, type: {kind}, dev: eth1{t}}}" for kind in KINDS for t in ("", ", table: 254"))
        yield from (f"{{dst: {dst}, {words}}}" for words in more)


KINDS = sorted(ON_A_DEVICE | {"local"})
RULES = [
    "{priority: 100, from: 10.1.0.0/16, table: 100}",
    '{priority: 100, from: "fd00:9::/64", to: "fd00:8::1/128", table: 100}',
    "{priority: 100, from: 0.0.0.0/0, table: 100}",
    '{priority: 100, from: "::/0", table: 100}',
    "{priority: 100, family: 6, action: blackhole}",
    "{priority: 99, not: true, fwmark: 0x200000, fwmask: 0x200000, table: 1}",
    "{priority: 99, fwmark: 7, fwmask: 0xffffffff, table: 1}",
    "{priority: 99, fwmark: 0, fwmask: 0xf, table: 1}",
    "{priority: 99, fwmark: 0, fwmask: 0xffffffff, table: 1}",
    "{priority: 1, to: 10.2.0.1/32, iif: eth1, oif: far, tos: 16, table: 200, realms: 1/2}",
    "{priority: 2, ipproto: 17, sport: 80, dport: 100-200, uidrange: 0-1000, tunId: 77, table: 200}",
    "{priority: 2, ipproto: 132, sport: 5-5, dport: 1-65534, uidrange: 7, family: 6, table: 200}",
    "{priority: 3, l3mdev: true}",
    "{priority: 3, goto: 7}",
    "{priority: 3, action: nop, realms: 5}",
    "{priority: 3, action: prohibit, protocol: 4}",
    "{priority: 3, action: unreachable}",
    "{priority: 3, table: 254, suppressPrefixlength: 0, suppressIfgroup: 5}",
]


ADDRESSES = [
    "10.20.20.2/24",
    "{address: 10.20.20.2/24}",
    "{address: 10.20.20.2/24, scope: link}",
    "{address: 10.20.20.2/24, broadcast: 10.20.20.255, scope: site}",
    "{address: 10.20.20.2/24, broadcast: 10.20.20.7}",
    "{address: 10.20.20.2/32, peer: 10.20.20.3, scope: host}",
    "{address: 10.20.20.2/24, peer: 10.20.21.3, broadcast: 10.20.21.255}",
    '"fd00:7::2/64"',
    '{address: "fd00:7::2/128", peer: "fd00:7::3"}',
]


def wanted(folder: Path, section: str, row: str) -> State:
    return compiled(folder, DOCUMENT.format(section=section, row=row))


def compiled(folder: Path, document: str) -> State:
    (folder / "node.yaml").write_text(document)
    repository = load(folder)
    assert [problem for problem in repository.problems if problem.severity == "error"] == []
    intent = compile_world(repository)
    assert intent.problems == ()
    return intent["n1"].desired


def reached(node: Node, want: State) -> None:
    """Written, it is there word for word, and nothing else has changed; removed, all is as before."""
    before = node.reading()
    there = node.after(before, *diff(want, Live({}, {})))
    assert there.found == {**before.found, **want}
    gone = node.after(there, *diff({}, Live(dict(want), {})))
    assert gone.found == before.found


@pytest.mark.parametrize("row", list(_routes()))
def test_a_route(tmp_path: Path, node: Node, row: str) -> None:
    reached(node, wanted(tmp_path, "routes", row))


@pytest.mark.parametrize("row", RULES)
def test_a_rule(tmp_path: Path, node: Node, row: str) -> None:
    reached(node, wanted(tmp_path, "rules", row))


@pytest.mark.parametrize("more", ["", ", port: 4790", ", vni: 7", ", via: eth1", ", port: 4790, vni: 7, via: eth1"])
@pytest.mark.parametrize("mac", ["02:00:00:00:00:99", "00:00:00:00:00:00"])
def test_a_forwarding_entry(tmp_path: Path, node: Node, mac: str, more: str) -> None:
    node.must("ip link add vxlan7 type vxlan id 4097 dstport 4789 local 10.10.10.11 nolearning; ip link set vxlan7 up")
    reached(node, wanted(tmp_path, "fdb", f'{{mac: "{mac}", dev: vxlan7, dst: 10.10.20.99{more}}}'))


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address(tmp_path: Path, node: Node, text: str) -> None:
    document = DOCUMENT.format(section="interfaces", row="").replace("    - ", f"    eth1: {{addresses: [{text}]}}")
    want = {key: row for key, row in compiled(tmp_path, document).items() if isinstance(row, Address)}
    there = node.after(node.reading(), *diff(want, Live({}, {})))
    (key,) = want
    assert there.found[key] == want[key]
    assert key not in node.after(there, *diff({}, Live(want, {}))).found


def test_a_broadcast_address_is_changed_and_may_be_left_open(node: Node) -> None:
    node.must("ip address add 10.20.20.2/24 brd + dev eth1")
    live = node.reading().found
    open_wish = Address(dev="eth1", local="10.20.20.2", prefixlen=24)
    assert open_wish.lens(live[open_wish.key]) == open_wish
    wish = replace(open_wish, broadcast="10.20.20.9")
    assert node.write(Change(live[wish.key], wish)) == []
    assert node.reading().found[wish.key] == wish


def test_every_metric_is_tried() -> None:
    fields: dict[str, Any] = dict(Metrics.model_fields)
    assert set(METRICS) == {field.alias or name for name, field in fields.items()}


def test_nothing_else_is_wanted(tmp_path: Path) -> None:
    rows: list[Resource] = [*wanted(tmp_path, "rules", RULES[0]).values()]
    assert [row.name for row in rows] == ["100: from 10.1.0.0/16 lookup 100"]
