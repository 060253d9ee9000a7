"""VLANs: EOS prints those with equal lines as one stanza (`vlan 10,30-32`) and leaves VLAN 1 out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.change import Change
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.lexicon import Lexicon, one_of, value
from reconciler.switch.eos.lexicon import word as one_word
from reconciler.switch.eos.port import groups
from reconciler.switch.eos.reading import Section, section
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import Vlan
from reconciler.switch.names import expand

HEAD = re.compile(r"vlan (\d{1,4}(?:[,-]\d{1,4})*)")
FIRST_VLAN = 1


def _name(text: str) -> str:
    if not text:
        raise ValueError("no name")
    return text


LEXICON = Lexicon(
    {},
    {
        "name": value("name", _name),
        "state": value("state", one_of("active", "suspend")),
        "trunk group": value("trunk_groups", one_word),
    },
)


def read(stanza: Stanza) -> Section | None:
    """Raises: ValueError for a list that is none (`vlan 1-2-3`)."""
    head = HEAD.fullmatch(stanza.head)
    if head is None:
        return None
    body = LEXICON.read(stanza.body)
    name, state, groups = body.one("name", None), body.one("state", "active"), body.many("trunk_groups") or None
    ids = dict.fromkeys(expand(head[1]))
    vlans = [Vlan(id=vlan, label=_label(vlan, name), state=state, trunk_groups=groups) for vlan in ids]
    return section(vlans, body.rest, body.trouble, stanza.lines[1:])


def _label(vlan: int, name: str | None) -> str | None:
    return None if name == default_name(vlan) else name


def default_name(vlan: int) -> str:
    return "default" if vlan == FIRST_VLAN else f"VLAN{vlan:04d}"


def steps(change: Change, live: Vlan | None, new: Vlan | None) -> Iterator[Step]:
    head = f"vlan {change.key.name}"
    if new is None:
        yield Step(Phase.VLAN_GONE, "", (f"no {head}",), change)
        return
    yield Step(Phase.VLAN, head, tuple(_texts(live or Vlan(id=new.id), new)), change)


def _texts(old: Vlan, new: Vlan) -> Iterator[str]:
    if old.label != new.label:
        yield "no name" if new.label is None else f"name {word(new.label)}"
    if old.state != new.state:
        yield f"state {word(new.state)}"
    yield from groups("trunk group", old.trunk_groups, new.trunk_groups)
