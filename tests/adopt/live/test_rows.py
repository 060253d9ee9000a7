"""A row of a node's tables as a line of its document: what comes back from a line is that row, or it is no line."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.adopt.live.rows import written
from reconciler.core.resource import Resource
from reconciler.linux.fdb import FLOOD_MAC, FdbEntry
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import NextHop, Route
from reconciler.linux.rule import Rule

MAC = "02:00:00:00:00:99"
LEGS = (NextHop(gateway="10.0.0.1", dev="eth1", weight=2, onlink=True), NextHop(dev="eth2", extra=("realms 5",)))
ENCAP = "encap ip id 7 src 0.0.0.0 dst 10.9.9.9 ttl 0 tos 0"
SEG6 = "encap seg6 mode encap segs fd00::1,fd00::2"
MORE = ("advmss 1360", "features ecn", "rto_min 40ms", "tos 0x10")
LINES: tuple[tuple[Resource, str, dict[str, Any]], ...] = (
    (Route(dst="0.0.0.0/0", gateway="10.0.0.1", dev="eth1", protocol=142), "routes",
     {"dst": "default", "via": "10.0.0.1", "dev": "eth1"}),
    (Route(dst="10.1.0.0/16", dev="eth1", scope="link", protocol=3), "routes",
     {"dst": "10.1.0.0/16", "dev": "eth1", "protocol": 3}),
    (Route(dst="10.1.0.0/16", dev="eth1", protocol=4), "routes",
     {"dst": "10.1.0.0/16", "dev": "eth1", "scope": "global", "protocol": 4}),
    (Route(dst="10.1.0.0/16", type="blackhole", protocol=142, metric=5, table=100), "routes",
     {"dst": "10.1.0.0/16", "type": "blackhole", "metric": 5, "table": 100}),
    (Route(dst="fd00::/64", type="blackhole", dev="lo", protocol=142, metric=1024), "routes",
     {"dst": "fd00::/64", "type": "blackhole"}),
    (Route(dst="10.2.0.0/16", protocol=142, nexthops=LEGS), "routes",
     {"dst": "10.2.0.0/16"}
     | {"nexthops": [{"dev": "eth2", "realms": "5"}, {"via": "10.0.0.1", "dev": "eth1", "weight": 2, "onlink": True}]}),
    (Route(dst="10.3.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142, mtu=1400, extra=MORE), "routes",
     {"dst": "10.3.0.0/16", "via": "10.0.0.1", "dev": "eth1", "mtu": 1400}
     | {"advmss": 1360, "ecn": True, "rtoMin": 40, "tos": 16}),
    (Route(dst="10.4.0.0/16", dev="eth1", scope="link", protocol=142, extra=(ENCAP,)), "routes",
     {"dst": "10.4.0.0/16", "dev": "eth1"}
     | {"encap": {"type": "ip", "id": 7, "src": "0.0.0.0", "dst": "10.9.9.9", "ttl": 0, "tos": 0}}),
    (Route(dst="fd00:4::/64", dev="eth1", metric=1024, protocol=142, extra=(SEG6,)), "routes",
     {"dst": "fd00:4::/64", "dev": "eth1", "encap": {"type": "seg6", "mode": "encap", "segs": ["fd00::1", "fd00::2"]}}),
    (Rule(priority=9, family=4, src="10.0.0.0/8", table=100, protocol=142), "rules",
     {"priority": 9, "from": "10.0.0.0/8", "table": 100}),
    (Rule(priority=9, family=6, fwmark="0", fwmask="0xff", goto=99, action="goto", protocol=3), "rules",
     {"priority": 9, "family": 6, "goto": 99, "protocol": 3, "fwmark": 0, "fwmask": 255}),
    (Rule(priority=9, family=4, inverted=True, dst="10.9.0.0/16", tos="0x10", iif="eth1", oif="eth2", table=100,
          uidrange="5-9", dport="53", tun_id=7, realms="3", protocol=142), "rules",
     {"priority": 9, "not": True, "to": "10.9.0.0/16", "tos": 16, "iif": "eth1", "oif": "eth2", "uidrange": "5-9"}
     | {"dport": "53", "tunId": 7, "table": 100, "realms": "3"}),
    (Rule(priority=9, family=6, src="fd00::/64", action="prohibit", protocol=142), "rules",
     {"priority": 9, "from": "fd00::/64", "action": "prohibit"}),
    (Rule(priority=9, family=4, table=254, suppress_prefixlength=0, suppress_ifgroup=0, protocol=142), "rules",
     {"priority": 9, "table": 254, "suppressPrefixlength": 0, "suppressIfgroup": 0}),
    (Rule(priority=9, family=4, l3mdev=True, sport="1000-2000", ipproto=17, protocol=142), "rules",
     {"priority": 9, "ipproto": 17, "sport": "1000-2000", "l3mdev": True}),
    (Neighbour(dev="eth1", dst="10.0.0.9", lladdr=MAC, protocol=142), "neighbors",
     {"dst": "10.0.0.9", "dev": "eth1", "mac": MAC}),
    (FdbEntry(dev="vx1", mac=FLOOD_MAC, dst="10.0.0.9", extern_learn=True, extra=("port 8472",)), "fdb",
     {"mac": FLOOD_MAC, "dev": "vx1", "dst": "10.0.0.9", "port": 8472}),
    (FdbEntry(dev="vxlan.calico", mac=MAC, dst="10.0.0.9"), "fdb",
     {"mac": MAC, "dev": "vxlan.calico", "dst": "10.0.0.9"}),
)  # fmt: skip
NO_LINES = (
    Route(dst="10.1.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142, extra=("nhid 7",)),
    Route(dst="10.1.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142, extra=("features 8 ecn",)),
    Route(dst="10.1.0.0/16", gateway="not an address", dev="eth1", protocol=142),
    Route(dst="10.1.0.0/16", dev="eth1 up", protocol=142),
    Rule(priority=0, family=4, table=255, protocol=2),
    Rule(priority=5, family=4, table=100, protocol=142, extra=("suppress 5",)),
    FdbEntry(dev="vx1", mac=MAC, dst="10.0.0.9", extra=("nhid 5",)),
)
"""What documents have no words for."""


@pytest.mark.parametrize(("row", "section", "line"), LINES, ids=lambda value: getattr(value, "name", ""))
def test_a_row_is_a_line(row: Resource, section: str, line: dict[str, Any]) -> None:
    found = written(row)
    assert found is not None
    assert (found.section, found.line, found.marked) == (section, line, True)


@pytest.mark.parametrize("row", NO_LINES, ids=lambda row: row.name)
def test_what_has_no_words_is_no_line(row: Resource) -> None:
    assert written(row) is None


def test_a_mark_that_the_line_does_not_give_is_told() -> None:
    found = [
        written(row)
        for row in (Neighbour(dev="eth1", dst="10.0.0.9", lladdr=MAC), FdbEntry(dev="vx1", mac=MAC, dst="10.0.0.9"))
    ]
    assert [one and one.marked for one in found] == [False, False]
