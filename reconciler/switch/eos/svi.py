"""SVIs: the switch's own interfaces in its VLANs (`interface Vlan10`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.change import Change
from reconciler.switch.addresses import is_ipv6
from reconciler.switch.eos.addresses import Claims, coming, leaving, left_after_leaving
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.layer3 import (
    COMMON_FLAGS,
    COMMON_READERS,
    VIRTUAL_ROUTER,
    addresses,
    attribute,
    common,
    shutdown,
)
from reconciler.switch.eos.lexicon import Lexicon
from reconciler.switch.eos.reading import Section, section
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import Svi

HEAD = "interface Vlan"
NUMBER = re.compile("[0-9]{1,4}")
FLAGS: dict[str, tuple[str, object]] = {
    **COMMON_FLAGS,
    "no autostate": ("autostate", False),
    "autostate": ("autostate", None),
}
LEXICON = Lexicon(
    FLAGS,
    {**COMMON_READERS, "ip virtual-router address": VIRTUAL_ROUTER, "ipv6 virtual-router address": VIRTUAL_ROUTER},
)


def read(stanza: Stanza) -> Section | None:
    number = stanza.head.removeprefix(HEAD)
    if number == stanza.head or not NUMBER.fullmatch(number):
        return None
    body = LEXICON.read(stanza.body)
    description, alike = common(body)
    svi = Svi(
        vlan=int(number),
        description=description,
        addresses=addresses(body),
        virtual=addresses(body, "virtual") or None,
        virtual_router=body.many("virtual_router") or None,
        autostate=body.one("autostate", None),
        **alike,
    )
    return section((svi,), body.rest, body.trouble, stanza.lines[1:])


def steps(change: Change, live: Svi | None, new: Svi | None, claims: Claims) -> Iterator[Step]:
    head = f"interface {change.key.name}"
    old = live or Svi(vlan=int(change.key.name.removeprefix("Vlan")))
    contested = any(claims.elsewhere(old.key, address) for address in (*old.addresses, *(old.virtual or ())))
    if new is None:
        if contested:
            yield Step(Phase.ADDRESS_GONE, head, tuple(_all_leaving(old)), change)
        yield Step(Phase.INTERFACE_GONE, "", (f"no {head}",), change)
        return
    first = any(claims.elsewhere(old.key, address) for address in old.addresses[:1])
    stays = left_after_leaving(old.addresses, new.addresses, contested=first)
    if gone := (*leaving(old.addresses, stays), *_shared_leaving(old, new)):
        yield Step(Phase.ADDRESS_GONE, head, gone, change)
    texts = (*attribute(old, new), *_autostate(old, new), *_layer3(old, new, stays), *shutdown(old, new))
    if texts or live is None:
        yield Step(Phase.ADDRESS, head, texts, change)


def _all_leaving(old: Svi) -> Iterator[str]:
    yield from leaving(old.addresses, ())
    yield from _shared_leaving(old, Svi(vlan=old.vlan))


def _autostate(old: Svi, new: Svi) -> Iterator[str]:
    if old.autostate != new.autostate:
        yield "autostate" if new.autostate is None else "no autostate"


def _layer3(old: Svi, new: Svi, stays: tuple[str, ...]) -> Iterator[str]:
    """A move to another VRF takes all addresses away: it comes first, and they are written again after it."""
    moves = old.vrf != new.vrf
    if moves:
        yield "no vrf" if new.vrf is None else f"vrf {word(new.vrf)}"
        stays = ()
    yield from coming(stays, new.addresses)
    yield from _shared_coming(Svi(vlan=old.vlan) if moves else old, new)


def _shared_leaving(old: Svi, new: Svi) -> Iterator[str]:
    """Shared addresses that go; a primary one goes last, and takes those behind it along to come again."""
    for command in _virtual(_replaced(old, new), old.virtual or ())[::-1]:
        yield f"no {command}"
    for address in old.virtual_router or ():
        if address not in (new.virtual_router or ()):
            yield f"no {_family(address)} virtual-router address {word(address)}"


def _shared_coming(old: Svi, new: Svi) -> Iterator[str]:
    had = set(old.virtual or ()) - set(_replaced(old, new))
    yield from _virtual([address for address in new.virtual or () if address not in had], new.virtual or ())
    for address in new.virtual_router or ():
        if address not in (old.virtual_router or ()):
            yield f"{_family(address)} virtual-router address {word(address)}"


def _replaced(old: Svi, new: Svi) -> list[str]:
    """Virtual addresses that have to go: with another primary address the secondaries do, too."""
    had, wanted = old.virtual or (), new.virtual or ()
    same_primary = _primary(had) == _primary(wanted)
    return [a for a in had if a not in wanted or not (same_primary or is_ipv6(a))]


def _primary(addresses: tuple[str, ...]) -> str | None:
    return next((address for address in addresses if not is_ipv6(address)), None)


def _virtual(chosen: list[str], among: tuple[str, ...]) -> list[str]:
    primary = _primary(among)
    texts = []
    for address in chosen:
        behind = "" if is_ipv6(address) or address == primary else " secondary"
        texts.append(f"{_family(address)} address virtual {word(address)}{behind}")
    return texts


def _family(address: str) -> str:
    return "ipv6" if ":" in address else "ip"
