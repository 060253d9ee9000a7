"""SVIs: the switch's own interfaces in its VLANs (`interface Vlan10`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.change import Change
from reconciler.switch.eos.addresses import Claims, coming, leaving, left_after_leaving
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.lines import KNOWN_ON_SVI, addresses, attribute, mtu, shutdown
from reconciler.switch.eos.section import Section, known_and_rest, one
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import Svi

HEAD = re.compile(r"interface Vlan(\d+)")
DEFAULT_VRF = "default"


def read(stanza: Stanza) -> Section | None:
    head = HEAD.fullmatch(stanza.head)
    if head is None:
        return None
    values, rest = known_and_rest(stanza.body, KNOWN_ON_SVI)
    vrf = one(values, "vrf")
    svi = Svi(
        vlan=int(head[1]),
        addresses=addresses(values),
        description=one(values, "description"),
        shutdown="shutdown" in values,
        mtu=mtu(values),
        vrf=None if vrf == DEFAULT_VRF else vrf,
    )
    return Section((svi,), {svi.key: rest} if rest else {})


def steps(change: Change, claims: Claims) -> Iterator[Step]:
    head = f"interface {change.key.name}"
    old = change.before or Svi(vlan=int(change.key.name.removeprefix("Vlan")))
    assert isinstance(old, Svi)
    new = change.after
    if new is None:
        if any(claims.elsewhere(old.key, address) for address in old.addresses):
            yield Step(Phase.ADDRESS_GONE, head, tuple(leaving(old.addresses, ())), change)
        yield Step(Phase.INTERFACE_GONE, "", (f"no {head}",), change)
        return
    assert isinstance(new, Svi)
    contested = any(claims.elsewhere(old.key, address) for address in old.addresses[:1])
    stays = left_after_leaving(old.addresses, new.addresses, contested=contested)
    if gone := tuple(leaving(old.addresses, stays)):
        yield Step(Phase.ADDRESS_GONE, head, gone, change)
    texts = (*attribute(old, new), *_layer3(old, new, stays), *shutdown(old, new))
    if texts or change.before is None:
        yield Step(Phase.ADDRESS, head, texts, change)


def _layer3(old: Svi, new: Svi, stays: tuple[str, ...]) -> Iterator[str]:
    """A move to another VRF takes all addresses away: it comes first, and they are written again after it."""
    if old.vrf != new.vrf:
        yield "no vrf" if new.vrf is None else f"vrf {word(new.vrf)}"
        stays = ()
    yield from coming(stays, new.addresses)
