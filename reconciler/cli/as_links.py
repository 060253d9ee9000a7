"""Wanted interfaces in the words of `ip address`, `ip -d link` (iproute2 6.1) and `wg show`.

``N`` stands for the index, which only the kernel knows. So does the rest of the line of a network card or a bridge:
whether there is a carrier, say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reconciler.linux.link import Link
from reconciler.linux.wireguard import OFF, WireguardPeer

ANY = "any"
TUNNELS = {"vxlan": "BROADCAST,MULTICAST", "ipip": "NOARP", "wireguard": "POINTOPOINT,NOARP"}
"""Flags of devices that are always there once they are up, and have no carrier to wait for."""


def link_lines(link: Link) -> Iterator[str]:
    """What `ip address` prints of an interface before its addresses."""
    above = option("master", link.master)
    if link.info_kind in TUNNELS:
        flags, state = (",UP,LOWER_UP", "UNKNOWN") if link.up else ("", "DOWN")
        words = [*option("mtu", link.mtu), "qdisc noqueue", *above, "state", state, "group default"]
        words += option("qlen", link.txqlen or None)
        at = "@NONE" if link.info_kind == "ipip" else ""
        yield f"N: {link.ifname}{at}: <{TUNNELS[link.info_kind]}{flags}> {' '.join(words)}"
    else:
        state = "" if link.up is None else "UP" if link.up else "DOWN"
        yield " ".join([f"N: {link.ifname}:", *option("mtu", link.mtu), *above, *option("state", state or None)])
    yield from _layer_two(link)
    yield from (f"    alias {alias}" for alias in filter(None, [link.alias]))


def _layer_two(link: Link) -> Iterator[str]:
    if link.info_kind == "ipip":
        yield f"    link/ipip {link.local or '0.0.0.0'} brd 0.0.0.0"  # noqa: S104
    elif link.info_kind == "wireguard":
        yield "    link/none"
    elif link.address is not None:
        yield f"    link/ether {link.address} brd ff:ff:ff:ff:ff:ff"


def device_line(link: Link) -> str:
    """What makes a device the one it is, as `ip -d link` has it."""
    return " ".join([f"{link.ifname}:", str(link.info_kind), *DETAILS[str(link.info_kind)](link)])


def _vxlan(link: Link) -> list[str]:
    """Learning is the kernel's own choice, and not printed."""
    words = [*option("id", link.id), *option("group", link.group), *option("local", link.local)]
    words += [*option("dev", link.lower), *option("dstport", link.port)]
    return words + (["nolearning"] if link.learning is False else [])


def _ipip(link: Link) -> list[str]:
    return [*option("remote", ANY), *option("local", link.local or ANY), *option("dev", link.lower)]


def _bridge(link: Link) -> list[str]:
    words = [*option("forward_delay", link.forward_delay), *option("ageing_time", link.ageing_time)]
    return words + option("stp_state", None if link.stp_state is None else int(link.stp_state))


DETAILS: dict[str, Callable[[Link], list[str]]] = {
    "vxlan": _vxlan,
    "ipip": _ipip,
    "bridge": _bridge,
    "wireguard": lambda _: [],
}
"""Kinds of devices that are made, each with its words in `ip -d link`."""


def wireguard_lines(link: Link) -> Iterator[str]:
    """A device and its peers as `wg show` prints them, but for what is secret or passing."""
    yield f"interface: {link.ifname}"
    if link.listen_port is not None:
        yield f"  listening port: {link.listen_port}"
    if link.fwmark not in (None, OFF):
        yield f"  fwmark: {link.fwmark}"
    for peer in link.peers or ():
        yield from _peer_lines(peer)


def _peer_lines(peer: WireguardPeer) -> Iterator[str]:
    yield f"peer: {peer.public_key}"
    if peer.endpoint is not None:
        yield f"  endpoint: {peer.endpoint}"
    yield f"  allowed ips: {', '.join(peer.allowed_ips) or '(none)'}"
    if peer.persistent_keepalive:
        yield f"  persistent keepalive: every {peer.persistent_keepalive} seconds"


def option(word: str, value: object) -> list[str]:
    """``word value``, or nothing where there is no value."""
    return [] if value is None else [word, str(value)]
