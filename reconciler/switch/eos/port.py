"""Which lines lead from one port, port channel or loopback to another."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.change import Change
from reconciler.switch.eos.addresses import Claims, coming, leaving, left_after_leaving
from reconciler.switch.eos.interface import DEFAULT_VLAN, pristine
from reconciler.switch.eos.layer3 import attribute, shutdown
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.eos.trunk import narrower, whole, wider
from reconciler.switch.kinds import Interface


def steps(
    change: Change, live: Interface | None, new: Interface | None, claims: Claims, *, routed_by_default: bool
) -> Iterator[Step]:
    """Raises: ValueError for a port that should be deleted: hardware stays."""
    name = word(change.key.name)
    head = f"interface {name}"
    if new is None and Interface(ifname=name).is_hardware:
        raise ValueError(f"{name} is hardware and cannot be deleted")
    if new is None:
        yield Step(Phase.INTERFACE_GONE, "", (f"no {head}",), change)
        return
    old = live or pristine(name, routed_by_default=routed_by_default)
    for phase, texts in _by_phase(old, new, claims):
        if texts or (live is None and phase is Phase.PORT):
            yield Step(phase, head, texts, change)


def _by_phase(old: Interface, new: Interface, claims: Claims) -> Iterator[tuple[Phase, tuple[str, ...]]]:
    had, wanted = old.addresses or (), new.addresses or ()
    contested = any(claims.elsewhere(old.key, address) for address in had[:1])
    stays = left_after_leaving(had, wanted, contested=contested)
    if old.mode == new.mode == "trunk":
        yield Phase.TRUNK_WIDER, tuple(wider(old.trunk_allowed, new.trunk_allowed))
        yield Phase.TRUNK_NARROWER, tuple(narrower(old.trunk_allowed, new.trunk_allowed))
    yield Phase.CHANNEL_GONE, tuple(_channel_gone(old, new))
    bridged = (*_switching(old, new), *_edge(old, new), *_channel(old, new))
    yield Phase.PORT, (*attribute(old, new), *bridged, *shutdown(old, new))
    yield Phase.ADDRESS_GONE, tuple(leaving(had, stays))
    yield Phase.ADDRESS, tuple(_layer3(old, new, stays))


def _layer3(old: Interface, new: Interface, stays: tuple[str, ...]) -> Iterator[str]:
    """A move to another VRF takes all addresses away: it comes first, and they are written again after it."""
    if old.vrf != new.vrf:
        yield "no vrf" if new.vrf is None else f"vrf {word(new.vrf)}"
        stays = ()
    yield from coming(stays, new.addresses or ())


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
    yield from groups("switchport trunk group", old.trunk_groups, new.trunk_groups)


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


def groups(command: str, old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Iterator[str]:
    """Trunk groups, of a port or of a VLAN: what comes is there before anything goes."""
    had, wanted = old or (), new or ()
    yield from (f"{command} {word(name)}" for name in wanted if name not in had)
    yield from (f"no {command} {word(name)}" for name in had if name not in wanted)


def _edge(old: Interface, new: Interface) -> Iterator[str]:
    if old.portfast != new.portfast:
        yield portfast(new.portfast) if new.portfast else "no spanning-tree portfast"
    if old.bpduguard != new.bpduguard:
        yield bpduguard(new.bpduguard) if new.bpduguard else "no spanning-tree bpduguard"


def portfast(value: bool | str) -> str:
    """As it is typed and as it is shown."""
    return "spanning-tree portfast" if value is True else f"spanning-tree portfast {word(value)}"


def bpduguard(value: bool | str) -> str:
    """As it is typed and as it is shown."""
    return f"spanning-tree bpduguard {'enable' if value is True else word(value)}"


def _channel_gone(old: Interface, new: Interface) -> Iterator[str]:
    """Out of the old channel first: EOS does not mix members with and without LACP while any of them is left."""
    if old.channel_group is not None and old.channel_group != new.channel_group:
        yield "no channel-group"


def _channel(old: Interface, new: Interface) -> Iterator[str]:
    if new.channel_group is not None and old.channel_group != new.channel_group:
        yield channel(new.channel_group)


def channel(group: str) -> str:
    """``10 active``, as it is typed and as it is shown."""
    number, _, mode = group.partition(" ")
    return f"channel-group {word(number)} mode {word(mode)}"
