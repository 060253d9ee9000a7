"""Which entries of a node carry our own SSH session: its interface, its address and the way back to us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.driver import Answer, Unreadable
from reconciler.core.resource import Key, State
from reconciler.linux.address import Address
from reconciler.linux.answers import rows
from reconciler.linux.route import route_of
from reconciler.linux.words import Row

# sshd tells the shell who is connected: client, its port, server address, its port. A shell within a container is
# told nothing, or of a session that ends elsewhere, which then has no route `from` that address.
QUESTION = (
    'set -- ${SSH_CONNECTION:-}; echo "${3:-}"; '
    '[ -z "${3:-}" ] || ip -j -d -N route get fibmatch "${1%%%*}" from "${3%%%*}"'
)
STACKED = frozenset({"vlan", "macvlan", "ipvlan"})


def guarded(answer: Answer, links: Sequence[Row], found: State) -> Mapping[Key, str]:
    """Keys that must not be touched, each with the reason; none if the session does not end on this node.

    Raises: Unreadable, if the session ends here and nothing tells over which route.
    """
    server, _, route = answer.text.partition("\n")
    local, _, zone = server.partition("%")
    own = [r for r in found.values() if isinstance(r, Address) and r.local == local and zone in ("", r.dev)]
    reason = f"carries our own SSH session (to {server})"
    keys = [key for address in own for key in (address.key, *_carriers(address.dev, links))]
    if own and not zone:  # a link-local client is reached over the kernel's own route
        keys += _way_back(Answer(route, answer.status, answer.error), local)
    return dict.fromkeys(keys, reason)


def _way_back(answer: Answer, local: str) -> Iterator[Key]:
    found = rows("ip route get fibmatch (the way back to us)", answer)
    if not found:
        raise Unreadable("ip route get fibmatch: no word on which route carries our own SSH session")
    for row in found:
        yield route_of({"table": "254", **row}, "::/0" if ":" in local else "0.0.0.0/0").key


def _carriers(dev: str, links: Sequence[Row]) -> Iterator[Key]:
    """``dev`` and the interfaces that it is made of: a bridge's or bond's ports, a VLAN's lower device."""
    yield Key("link", dev)
    others = [row for row in links if row["ifname"] != dev]
    for row in links:
        if row.get("master") == dev:
            yield from _carriers(row["ifname"], others)
        elif row["ifname"] == dev and row.get("linkinfo", {}).get("info_kind") in STACKED and "link" in row:
            yield from _carriers(row["link"], others)
