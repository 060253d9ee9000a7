"""Static routes, one line for each next hop (`ip route`, `ipv6 route`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from reconciler.core.change import Change
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.section import Section
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import StaticRoute

DEFAULT_VRF = "default"
DEFAULT_DISTANCE = 1
NEXT_HOP = r"[A-Z]\S* [\da-fA-F]*[.:][\da-fA-F.:]*|[A-Z]\S*|[\da-fA-F]*[.:][\da-fA-F.:]*"
HEAD = re.compile(
    rf"ip(?:v6)? route (?:vrf (?P<vrf>\S+) )?(?P<dst>[\da-fA-F.:]+/\d+) (?P<via>{NEXT_HOP})"
    r"(?: (?P<distance>\d+))?(?: tag (?P<tag>\d+))?(?: name (?P<name>\S+))?"
)
"""Next hops: an address, an interface (`Null0` too), an interface and an address. Lines with words that we do not
know (`track bfd`, `egress-vrf`) stay somebody else's."""


def read(stanza: Stanza) -> Section | None:
    """Raises: ValueError for a prefix that is none."""
    found = HEAD.fullmatch(stanza.head)
    if found is None:
        return None
    route = StaticRoute(
        vrf=found["vrf"] or DEFAULT_VRF,
        dst=str(ip_network(found["dst"], strict=False)),
        via=_spelled(found["via"]),
        distance=int(found["distance"] or DEFAULT_DISTANCE),
        tag=int(found["tag"] or 0) or None,
        label=found["name"],
    )
    return Section((route,))


def _spelled(via: str) -> str:
    """An address as documents spell it, an interface as it stands."""
    try:
        return str(ip_address(via))
    except ValueError:
        return via


def steps(change: Change) -> Iterator[Step]:
    """EOS may add or replace when a next hop is entered with another distance: it is taken away and made again."""
    old, new = change.before, change.after
    if new is None:
        assert isinstance(old, StaticRoute)
        yield Step(Phase.ROUTE_GONE, "", (f"no {_identity(old)}",), change)
        return
    assert isinstance(new, StaticRoute)
    gone = (f"no {_identity(new)}",) if old else ()
    yield Step(Phase.ROUTE, "", (*gone, f"{_identity(new)}{_attributes(new)}"), change)


def _identity(route: StaticRoute) -> str:
    family = "ip" if ip_network(route.dst).version == 4 else "ipv6"
    vrf = "" if route.vrf == DEFAULT_VRF else f" vrf {word(route.vrf)}"
    if not re.fullmatch(NEXT_HOP, route.via):
        raise ValueError(f"{route.via!r} is not a next hop")
    return f"{family} route{vrf} {word(route.dst)} {route.via}"


def _attributes(route: StaticRoute) -> str:
    distance = "" if route.distance == DEFAULT_DISTANCE else f" {route.distance}"
    tag = "" if route.tag is None else f" tag {route.tag}"
    return distance + tag + ("" if route.label is None else f" name {word(route.label)}")
