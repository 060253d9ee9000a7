"""Ports, port channels and loopbacks: how a stanza such as `interface Ethernet4` is read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.layer3 import COMMON_FLAGS, COMMON_READERS, addresses, common
from reconciler.switch.eos.lexicon import Lexicon, Reader, Told, Understood, number, one_of, value, word
from reconciler.switch.eos.reading import Section, section
from reconciler.switch.eos.trunk import normal
from reconciler.switch.kinds import ALL_VLANS, Interface, routed_by_nature

TYPES = frozenset({"Ethernet", "Port-Channel", "Loopback", "Management"})
DEFAULT_VLAN = 1
CHANNELS = number(1, 999999)
DESCRIPTION = "   description "


def _channel(text: str) -> Told:
    """``10 mode active``. Raises: ValueError."""
    group, _, behind = text.partition(" mode ")
    return "channel_group", f"{CHANNELS(group)} {one_of('on', 'active', 'passive')(behind)}"


def _portfast(text: str) -> Told:
    """`edge` is its other name; `network` is another sort; `auto` is a setting of its own."""
    if text in ("", "edge"):
        return "portfast", True
    return ("portfast", text) if text == "network" else None


def _bpduguard(text: str) -> Told:
    """Without a word, or with more: other settings (`rate-limit`)."""
    return ("bpduguard", text == "enable" or text) if text in ("enable", "disable") else None


VLAN = number(1, 4094)
FLAGS: dict[str, tuple[str, object]] = {
    **COMMON_FLAGS,
    "no switchport": ("routed", True),
    "switchport": ("switched", True),
}
READERS: dict[str, Reader] = {
    **COMMON_READERS,
    "switchport mode": value("mode", one_of("access", "trunk", "dot1q-tunnel", "tap", "tool", "tap-tool")),
    "switchport access vlan": value("access", VLAN),
    "switchport trunk native vlan": value("native", VLAN),
    "switchport trunk allowed vlan": value("allowed", normal),
    "switchport trunk group": value("trunk_groups", word),
    "channel-group": _channel,
    "spanning-tree portfast": _portfast,
    "spanning-tree bpduguard": _bpduguard,
}
LEXICON = Lexicon(FLAGS, READERS)


class Attributes(NamedTuple):
    """What a body says, as arguments of an ``Interface``; the rest as in ``Understood``."""

    description: str | None
    values: dict[str, Any]
    rest: tuple[str, ...]
    trouble: str


def read(stanza: Stanza, *, routed_by_default: bool) -> Section | None:
    """``routed_by_default``: the switch has `switchport default mode routed`, which turns the hidden default."""
    name = stanza.head.removeprefix("interface ")
    if not is_port(name):
        return None
    said, body = "", stanza.body
    if body.startswith(DESCRIPTION):
        said, _, body = body.partition("\n")
    known = _attributes(body, routed_by_default or routed_by_nature(name))
    port = Interface(ifname=name, description=said[len(DESCRIPTION) :].rstrip() or known.description, **known.values)
    if known.trouble:
        return section((port,), (), known.trouble, stanza.lines[1:])
    return Section((port,), {port.key: known.rest}) if known.rest else Section((port,))


def is_port(name: str) -> bool:
    """Whether it is of a type that we model; its numbers are EOS's own affair."""
    kind = name.rstrip("0123456789/.")
    return kind != name and kind in TYPES


@lru_cache(maxsize=4096)
def _attributes(body: str, routed: bool) -> Attributes:
    """Most ports of a switch have the same lines below their description: those are read once."""
    known = LEXICON.read(body)
    mode, (description, shared) = _mode(known, routed), common(known)
    return Attributes(
        description,
        {
            **shared,
            "mode": mode,
            "addresses": addresses(known) or (() if mode == "routed" else None),
            "access": _vlan(known, "access", active=mode == "access"),
            "trunk_native": _vlan(known, "native", active=mode == "trunk"),
            "trunk_allowed": _allowed(known, active=mode == "trunk"),
            "trunk_groups": known.many("trunk_groups") or None,
            **{name: known.one(name, None) for name in ("channel_group", "portfast", "bpduguard")},
        },
        known.rest,
        known.trouble,
    )


def _mode(known: Understood, routed: bool) -> str:
    if known.one("routed", False) or (routed and not known.one("switched", False)):
        return "routed"
    return known.one("mode", "access")


def _vlan(known: Understood, name: str, *, active: bool) -> int | None:
    """What a port remembers for a mode that it is not in comes back with that mode: it counts, so it is drift."""
    vlan = known.one(name, DEFAULT_VLAN)
    return vlan if active or vlan != DEFAULT_VLAN else None


def _allowed(known: Understood, *, active: bool) -> str | None:
    allowed = known.one("allowed", ALL_VLANS)
    return allowed if active or allowed != ALL_VLANS else None


def pristine(ifname: str, *, routed_by_default: bool) -> Interface:
    """A port as EOS makes it."""
    if routed_by_default or routed_by_nature(ifname):
        return Interface(ifname=ifname, mode="routed", addresses=())
    return Interface(ifname=ifname, access=DEFAULT_VLAN)
