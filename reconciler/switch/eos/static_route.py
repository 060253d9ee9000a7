"""Static routes, one line for each next hop (`ip route`, `ipv6 route`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from reconciler.core.change import Change
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.lexicon import Reader, number, one_of, value
from reconciler.switch.eos.lexicon import word as one_word
from reconciler.switch.eos.reading import Section, Trouble
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import DEFAULT_VRF, StaticRoute

DEFAULT_DISTANCE = 1
COMMANDS = ("ip", "ipv6")
NEXT_HOP = re.compile(r"[A-Z]\S* [\da-fA-F]*[.:][\da-fA-F.:]*|[A-Z]\S*|[\da-fA-F]*[.:][\da-fA-F.:]*")
"""An address, an interface (`Null0` too), an interface and an address."""
HEAD = re.compile(
    r"ip(?:v6)? route (?:vrf (?P<vrf>\S+) )?(?P<dst>[\da-fA-F.:]+(?:/\d+| \d+\.[\d.]+)) "
    rf"(?P<via>{NEXT_HOP.pattern})(?: (?P<distance>\d+))?(?: (?P<behind>.*))?"
)
BIG = 2**32 - 1
READERS: dict[str, Reader] = {
    "tag": lambda text: ("tag", number(0, BIG)(text) or None),
    "name": value("label", one_word),
    "track": value("track", one_of("bfd")),
    "metric": lambda text: ("metric", number(0, BIG)(text) or None),
}


def read(stanza: Stanza) -> Section | None:
    """What nobody can tell from others stays somebody else's. Raises: ValueError for no prefix, or no next hop."""
    if not stanza.head.startswith(("ip route ", "ipv6 route ")):
        return None
    found = HEAD.fullmatch(stanza.head)
    if found is None:
        return None
    attributes = _attributes(found["behind"] or "")
    route = StaticRoute(
        vrf=found["vrf"] or DEFAULT_VRF,
        dst=str(ip_network(found["dst"].replace(" ", "/"), strict=False)),
        via=spelled(found["via"]),
        distance=int(found["distance"] or DEFAULT_DISTANCE),
        **attributes or {},
    )
    if attributes is None:
        return Section((), {route.key: (stanza.head,)}, (Trouble(route, stanza.head),))
    return Section((route,))


def _attributes(behind: str) -> dict[str, Any] | None:
    """``tag 7 name calico``; None: a word that we do not know (`egress-vrf`)."""
    words = behind.split()
    said: dict[str, Any] = {}
    try:
        for name, text in zip(words[::2], words[1::2], strict=True):
            said |= dict([READERS[name](text) or ("", None)])
    except (KeyError, ValueError):
        return None
    return said


def spelled(via: str) -> str:
    """An address as documents spell it, an interface as it stands. Raises: ValueError for `1.2.3`, which is neither."""
    *interface, last = via.split()
    try:
        return " ".join([*interface, str(ip_address(last))])
    except ValueError:
        if interface or not last[0].isupper():
            raise
        return last


def steps(change: Change, live: StaticRoute | None, new: StaticRoute | None) -> Iterator[Step]:
    """EOS may add or replace when a next hop is entered with another distance: it is taken away and made again."""
    if new is None:
        assert live is not None, "only what is there can go"
        yield Step(Phase.ROUTE_GONE, "", (f"no {_identity(live)}",), change)
        return
    gone = (f"no {_identity(new)}",) if live else ()
    yield Step(Phase.ROUTE, "", (*gone, line(new)), change)


def line(route: StaticRoute) -> str:
    """As it is typed and as it is shown. Raises: ValueError for what is not one word, or no next hop."""
    return f"{_identity(route)}{_words(route)}"


def _identity(route: StaticRoute) -> str:
    family = COMMANDS[ip_network(route.dst).version == 6]
    vrf = "" if route.vrf == DEFAULT_VRF else f" vrf {word(route.vrf)}"
    if not NEXT_HOP.fullmatch(route.via):
        raise ValueError(f"{route.via!r} is not a next hop")
    return f"{family} route{vrf} {word(route.dst)} {route.via}"


def _words(route: StaticRoute) -> str:
    """In the order in which EOS takes them (eos.md 5.5)."""
    distance = "" if route.distance == DEFAULT_DISTANCE else f" {route.distance}"
    track = "" if route.track is None else f" track {word(route.track)}"
    tag = "" if route.tag is None else f" tag {route.tag}"
    name = "" if route.label is None else f" name {word(route.label)}"
    return distance + track + tag + name + ("" if route.metric is None else f" metric {route.metric}")
