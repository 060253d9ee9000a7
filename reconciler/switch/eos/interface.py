"""Ports: how a stanza such as `interface Ethernet4` is read, and which lines lead from one port to another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reconciler.core.change import Change
from reconciler.switch.eos.addresses import Claims, coming, leaving, left_after_leaving
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.lines import HEAD, KNOWN_ON_PORT, addresses, attribute, mtu, shutdown
from reconciler.switch.eos.section import Section, known_and_rest, one
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.eos.trunk import narrower, normal, whole, wider
from reconciler.switch.kinds import ALL_VLANS, Interface

SWITCHED = re.compile(r"(?:Ethernet|Port-Channel)[\d/]+")
ROUTED = re.compile(r"(?:Ethernet|Port-Channel)[\d/]+\.\d+|(?:Loopback|Management)[\d/]+")
"""Sub-interfaces and the like: routed without a line that says so."""
HARDWARE = re.compile(r"(?:Ethernet|Management)[\d/]+")
DEFAULT_VLAN = 1


def read(stanza: Stanza, *, routed_by_default: bool) -> Section | None:
    """``routed_by_default``: the switch has `switchport default mode routed`, which turns the hidden default."""
    head = HEAD.fullmatch(stanza.head)
    if head is None or not (SWITCHED.fullmatch(head[1]) or ROUTED.fullmatch(head[1])):
        return None
    values, rest = known_and_rest(stanza.body, KNOWN_ON_PORT)
    by_nature = routed_by_default or ROUTED.fullmatch(head[1]) is not None
    mode = _mode(values, by_nature)
    port = Interface(
        ifname=head[1],
        mode=mode,
        description=one(values, "description"),
        shutdown="shutdown" in values,
        mtu=mtu(values),
        addresses=addresses(values) or (() if mode == "routed" else None),
        access=_vlan(values, "access", active=mode == "access"),
        trunk_native=_vlan(values, "native", active=mode == "trunk"),
        trunk_allowed=_allowed(values, active=mode == "trunk"),
    )
    return Section((port,), {port.key: rest} if rest else {})


def _mode(values: Mapping[str, list[str]], routed_by_nature: bool) -> str:
    if "routed" in values or (routed_by_nature and "switched" not in values):
        return "routed"
    return one(values, "mode") or "access"


def _vlan(values: Mapping[str, list[str]], name: str, *, active: bool) -> int | None:
    """What a port remembers for a mode that it is not in comes back with that mode: it counts, so it is drift."""
    vlan = int(one(values, name) or DEFAULT_VLAN)
    return vlan if active or vlan != DEFAULT_VLAN else None


def _allowed(values: Mapping[str, list[str]], *, active: bool) -> str | None:
    allowed = normal(one(values, "allowed") or ALL_VLANS)
    return allowed if active or allowed != ALL_VLANS else None


def pristine(ifname: str) -> Interface:
    """A port as EOS makes it."""
    if ROUTED.fullmatch(ifname):
        return Interface(ifname=ifname, mode="routed", addresses=())
    return Interface(ifname=ifname, access=DEFAULT_VLAN)


def steps(change: Change, claims: Claims) -> Iterator[Step]:
    """Raises: ValueError for a port that should be deleted: hardware stays."""
    name = word(change.key.name)
    head, new = f"interface {name}", change.after
    if new is None and HARDWARE.fullmatch(name):
        raise ValueError(f"{name} is hardware and cannot be deleted")
    if new is None:
        yield Step(Phase.INTERFACE_GONE, "", (f"no {head}",), change)
        return
    old = change.before or pristine(name)
    assert isinstance(old, Interface)
    assert isinstance(new, Interface)
    for phase, texts in _by_phase(old, new, claims):
        if texts or (change.before is None and phase is Phase.PORT):
            yield Step(phase, head, texts, change)


def _by_phase(old: Interface, new: Interface, claims: Claims) -> Iterator[tuple[Phase, tuple[str, ...]]]:
    had, wanted = old.addresses or (), new.addresses or ()
    contested = any(claims.elsewhere(old.key, address) for address in had[:1])
    stays = left_after_leaving(had, wanted, contested=contested)
    if old.mode == new.mode == "trunk":
        yield Phase.TRUNK_WIDER, tuple(wider(old.trunk_allowed, new.trunk_allowed))
        yield Phase.TRUNK_NARROWER, tuple(narrower(old.trunk_allowed, new.trunk_allowed))
    yield Phase.PORT, (*attribute(old, new), *_switching(old, new), *shutdown(old, new))
    yield Phase.ADDRESS_GONE, tuple(leaving(had, stays))
    yield Phase.ADDRESS, tuple(coming(stays, wanted))


def _switching(old: Interface, new: Interface) -> Iterator[str]:
    """What the new mode needs comes before the mode, what only the old one needed is cleared after it."""
    if old.mode != new.mode and "routed" in (old.mode, new.mode):
        yield "no switchport" if new.mode == "routed" else "switchport"
    remembered = [("access", _access), ("trunk", _trunk)]
    for mode, texts in remembered:
        if mode == new.mode:
            yield from texts(old, new)
    if old.mode != new.mode:
        yield "no switchport mode" if new.mode == "routed" else f"switchport mode {word(new.mode)}"
    for mode, texts in remembered:
        if mode != new.mode:
            yield from texts(old, new)


def _access(old: Interface, new: Interface) -> Iterator[str]:
    vlan = new.access or DEFAULT_VLAN
    if vlan != (old.access or DEFAULT_VLAN):
        yield "no switchport access vlan" if vlan == DEFAULT_VLAN else f"switchport access vlan {vlan}"


def _trunk(old: Interface, new: Interface) -> Iterator[str]:
    vlan = new.trunk_native or DEFAULT_VLAN
    if vlan != (old.trunk_native or DEFAULT_VLAN):
        yield "no switchport trunk native vlan" if vlan == DEFAULT_VLAN else f"switchport trunk native vlan {vlan}"
    if not old.mode == new.mode == "trunk":
        yield from whole(old.trunk_allowed, new.trunk_allowed)
