"""Interfaces that no kernel here can make, in the words of `ip` and `wg` (docs/KERNEL.md, facts 26 and 27)."""

from __future__ import annotations

import pytest

from reconciler.cli import as_iproute
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.wireguard import WireguardPeer

TUNL0 = Link(ifname="tunl0", info_kind="ipip", mtu=1480, txqlen=1000, up=True)
FLANNEL = Link(ifname="flannel.ipip", info_kind="ipip", mtu=1480, local="192.168.1.10", txqlen=0, up=True)
KEYS = ("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=")
PEERS = (
    WireguardPeer(public_key=KEYS[0], endpoint="10.0.0.2:51820", allowed_ips=("10.65.1.1/32", "10.65.1.0/26")),
    WireguardPeer(public_key=KEYS[1], persistent_keepalive=25),
)
WIREGUARD = Link(
    ifname="wireguard.cali",
    info_kind="wireguard",
    mtu=1440,
    txqlen=1000,
    up=True,
    listen_port=51820,
    fwmark="0x200000",
    peers=PEERS,
)
PRINTED: list[tuple[Link, str]] = [
    (
        TUNL0,
        """\
# ip address
N: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN group default qlen 1000
    link/ipip 0.0.0.0 brd 0.0.0.0
    inet 10.2.1.0/32 scope global tunl0
# ip -d link
tunl0: ipip remote any local any""",
    ),
    (
        FLANNEL,
        """\
# ip address
N: flannel.ipip@NONE: <NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN group default
    link/ipip 192.168.1.10 brd 0.0.0.0
    inet 10.2.1.0/32 scope global flannel.ipip
# ip -d link
flannel.ipip: ipip remote any local 192.168.1.10""",
    ),
    (
        WIREGUARD,
        f"""\
# ip address
N: wireguard.cali: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1440 qdisc noqueue state UNKNOWN group default qlen 1000
    link/none
    inet 10.2.1.0/32 scope global wireguard.cali
# ip -d link
wireguard.cali: wireguard
# wg show
interface: wireguard.cali
  listening port: 51820
  fwmark: 0x200000
peer: {KEYS[1]}
  allowed ips: (none)
  persistent keepalive: every 25 seconds
peer: {KEYS[0]}
  endpoint: 10.0.0.2:51820
  allowed ips: 10.65.1.0/26, 10.65.1.1/32""",
    ),
]


@pytest.mark.parametrize(("link", "text"), PRINTED, ids=lambda value: getattr(value, "ifname", ""))
def test_a_device_is_printed_as_its_tools_print_it(link: Link, text: str) -> None:
    address = Address(dev=link.ifname, local="10.2.1.0", prefixlen=32)
    assert "\n".join(as_iproute.lines([address, link])) == text
