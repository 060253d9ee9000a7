"""A node's tables as iproute2 shows them: what is asked, and the entries of each answer, each understood once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from reconciler.core.driver import Answer, Unreadable
from reconciler.core.resource import Resource
from reconciler.linux import address, fdb, link, neighbour, route, rule, wireguard
from reconciler.linux.answers import rows
from reconciler.linux.link import Link
from reconciler.linux.memory import Memory
from reconciler.linux.words import Row

LINKS, ROUTES, ROUTES6, NEIGHBOURS, FDB, RULES, RULES6 = TABLES = (
    "ip -j -d -N address show",
    "ip -j -d -N -4 route show table all",
    "ip -j -d -N -6 route show table all",
    "ip -j -d -N neigh show nud permanent",
    "bridge -j fdb show",
    "ip -j -d -N -4 rule show",
    "ip -j -d -N -6 rule show",
)
"""Unfiltered where a filter would hide a stranger on our key; with numbers, since a node may lack the names.

Links and addresses come first: whoever sees one down, or away, sees also what has gone with it (`linux.rumour`).
"""
CLOCKS = ("[a-z_]*_timer", "[a-z]*_life_time", "expires")
"""What changes by itself, as regular expressions: timers of bridges, the rest of a lifetime (of a router's, say)."""
STILL = "sed " + " ".join(f"""-e 's/\\("{clock}": *\\)[0-9.]*/\\10/g'""" for clock in CLOCKS)
"""Shell words that put 0 in the place of each."""
TICKING = frozenset({LINKS, ROUTES6})
"""Questions whose answers may hold such."""
CLOCK = re.compile(rf'("(?:{"|".join(CLOCKS)})": *)[0-9.]*')
CARRIERS = ("ifindex", "ifname", "master", "link")


class Interfaces(NamedTuple):
    """``carriers``: which interface is made of which, as far as the session and managers ask."""

    carriers: Sequence[Row]
    links: Sequence[Link]
    addresses: Sequence[Resource]

    @property
    def tunnels(self) -> frozenset[str]:
        return frozenset(one.ifname for one in self.links if one.info_kind == "vxlan")


class Tables(NamedTuple):
    """``entries``: of each table, in the order in which they are asked for."""

    interfaces: Interfaces
    entries: Sequence[Sequence[Resource]]

    def is_same(self, other: Tables) -> bool:
        """Whether these are the very same objects, as `Memory` hands them out."""
        mine, its = (self.interfaces, *self.entries), (other.interfaces, *other.entries)
        return all(one is another for one, another in zip(mine, its, strict=True))


def read(answers: Sequence[Answer], told: Answer, memory: Memory) -> Tables:
    """The answers to ``TABLES``; ``told``: what ``wg`` says. Raises: Unreadable, and what a strange row raises."""
    asked = dict(zip(TABLES, map(stilled, TABLES, answers), strict=True))
    interfaces = memory.recalled(LINKS, (asked[LINKS], told), lambda: _interfaces(asked[LINKS], told))
    tunnels = interfaces.tunnels
    entries = [_entries(question, asked[question], tunnels, memory) for question in TABLES[1:]]
    return Tables(interfaces, [interfaces.links, interfaces.addresses, *entries])


def stilled(question: str, answer: Answer) -> Answer:
    """The answer without what changes by itself, as ``STILL`` leaves it."""
    if question not in TICKING or not ('"expires"' in answer.text or "_time" in answer.text):
        return answer
    return dataclasses.replace(answer, text=CLOCK.sub(r"\g<1>0", answer.text))


def _interfaces(answer: Answer, told: Answer) -> Interfaces:
    found = rows(LINKS, answer)
    if not found:
        raise Unreadable(f"{LINKS}: no interface at all, not even lo")
    return Interfaces(
        [_carrier(row) for row in found],
        list(link.read(found, wireguard.read(told))),
        list(address.read(found)),
    )


def _carrier(row: Row) -> Row:
    kind = row.get("linkinfo", {}).get("info_kind")
    return {name: row[name] for name in CARRIERS if name in row} | {"linkinfo": {"info_kind": kind}}


def _entries(question: str, answer: Answer, tunnels: Collection[str], memory: Memory) -> Sequence[Resource]:
    if question == FDB:  # which entries count hangs on the interfaces, too
        devices = Answer(" ".join(sorted(tunnels)))
        return memory.recalled(FDB, (answer, devices), lambda: list(fdb.read(rows(FDB, answer), tunnels)))
    read = READERS[question]
    return memory.recalled(question, (answer,), lambda: list(read(answer)))


READERS: dict[str, Callable[[Answer], Iterator[Resource]]] = {
    ROUTES: lambda answer: route.read(rows(ROUTES, answer), "0.0.0.0/0"),
    ROUTES6: lambda answer: route.read(rows(ROUTES6, answer), "::/0"),
    NEIGHBOURS: lambda answer: neighbour.read(rows(NEIGHBOURS, answer)),
    RULES: lambda answer: rule.read(rule.rows_of(RULES, answer), 4),
    RULES6: lambda answer: rule.read(rule.rows_of(RULES6, answer), 6),
}
