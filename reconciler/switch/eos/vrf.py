"""VRFs (`vrf instance RED`), and what still stands in one that should go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from reconciler.core.change import Change
from reconciler.core.resource import Resource
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.lexicon import Lexicon, described, value
from reconciler.switch.eos.lexicon import word as one_word
from reconciler.switch.eos.reading import Section, section
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import Interface, Routing, Routing6, StaticRoute, Svi, Vrf

HEAD = re.compile(r"vrf (?:instance|definition) (\S+)")
MENTION = re.compile(r"(?:^|(?<=\s))vrf (\S+)")
LEXICON = Lexicon({}, {"rd": value("rd", one_word), "description": described})


def read(stanza: Stanza) -> Section | None:
    """Up to 4.22 the head is `vrf definition`."""
    head = HEAD.fullmatch(stanza.head)
    if head is None:
        return None
    body = LEXICON.read(stanza.body)
    vrf = Vrf(vrf=head[1], description=body.one("description", None), rd=body.one("rd", None))
    return section((vrf,), body.rest, body.trouble, stanza.lines[1:])


def hidden(found: Collection[Resource]) -> Iterator[Resource]:
    """Every VRF routes or it does not; not all versions print that it does not."""
    for one in found:
        if isinstance(one, Vrf):
            yield from (Routing(vrf=one.vrf, enabled=False), Routing6(vrf=one.vrf, enabled=False))


def steps(change: Change, live: Vrf | None, new: Vrf | None) -> Iterator[Step]:
    head = f"vrf instance {word(change.key.name)}"
    if new is None:
        yield Step(Phase.VRF_GONE, "", (f"no {head}",), change)
        return
    yield Step(Phase.VRF, head, tuple(_texts(live or Vrf(vrf=new.vrf), new)), change)


def _texts(old: Vrf, new: Vrf) -> Iterator[str]:
    if old.rd != new.rd:
        yield "no rd" if new.rd is None else f"rd {word(new.rd)}"
    if old.description != new.description:
        yield "no description" if new.description is None else f"description {new.description}"


def inside(resource: Resource, vrf: str) -> bool:
    """Whether it stands in the VRF, and would go or change with it."""
    return isinstance(resource, (Interface, Svi, StaticRoute)) and resource.vrf == vrf


def mentions(lines: Iterable[str]) -> dict[str, str]:
    """VRF -> the first line that speaks of it, stripped; in one pass, since a fabric has hundreds of VRFs."""
    found: dict[str, str] = {}
    for line in lines:
        for name in MENTION.findall(line) if "vrf " in line else ():
            found.setdefault(name, line.strip())
    return found
