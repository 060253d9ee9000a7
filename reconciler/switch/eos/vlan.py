"""VLANs: EOS prints those with equal lines as one stanza (`vlan 10,30-32`) and leaves VLAN 1 out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.change import Change
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.section import Section, known_and_rest, one
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import Vlan
from reconciler.switch.names import expand

HEAD = re.compile(r"vlan (\d[\d,-]*)")
KNOWN = re.compile(r"name (?P<name>.+)|state (?P<state>\S+)")
FIRST_VLAN = 1


def read(stanza: Stanza) -> Section | None:
    head = HEAD.fullmatch(stanza.head)
    if head is None:
        return None
    values, rest = known_and_rest(stanza.body, KNOWN)
    name, state = one(values, "name"), one(values, "state") or "active"
    vlans = tuple(Vlan(id=vlan, label=_label(vlan, name), state=state) for vlan in expand(head[1]))
    return Section(vlans, {vlan.key: rest for vlan in vlans if rest})


def _label(vlan: int, name: str | None) -> str | None:
    return None if name == default_name(vlan) else name


def default_name(vlan: int) -> str:
    return "default" if vlan == FIRST_VLAN else f"VLAN{vlan:04d}"


def steps(change: Change) -> Iterator[Step]:
    head = f"vlan {change.key.name}"
    if change.after is None:
        yield Step(Phase.VLAN_GONE, "", (f"no {head}",), change)
        return
    texts = tuple(_texts(change))
    yield Step(Phase.VLAN, head, texts, change)


def _texts(change: Change) -> Iterator[str]:
    old, new = change.before or Vlan(id=int(change.key.name)), change.after
    assert isinstance(old, Vlan)
    assert isinstance(new, Vlan)
    if old.label != new.label:
        yield "no name" if new.label is None else f"name {word(new.label)}"
    if old.state != new.state:
        yield f"state {word(new.state)}"
