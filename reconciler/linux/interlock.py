"""What a script for a node takes for granted: the entries it is about are as they were read, whatever else changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading, Script, Unreadable
from reconciler.core.interlock import Asked
from reconciler.core.resource import Key, Resource, State, state_of
from reconciler.linux import address, fdb, link, wireguard
from reconciler.linux.address import Address
from reconciler.linux.answers import rows
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.linux.tables import FDB, LINKS, NEIGHBOURS, READERS, ROUTES, ROUTES6, RULES, RULES6, STILL, TICKING

Write = Callable[[State], Script]


@dataclass(frozen=True, slots=True)
class AsRead:
    """`core.interlock.Expects` for ``changes`` of a node that was read as ``reading``.

    ``write``: the script as it would be for another state of the node; what the kernel takes along with an address, and
    what a rule's deletion would hit in its place, shows in its lines.
    """

    changes: Sequence[Change]
    reading: Reading
    write: Write

    @property
    def asked(self) -> Sequence[Asked]:
        """The tables that are changed. With WireGuard's keys `wg` is asked, too, whose answer has no witness."""
        questions = dict.fromkeys(chain.from_iterable(map(_tables, self.changes)))
        known = {} if wireguard.QUESTION in questions else self.reading.witness
        return [Asked(one, known.get(one, ""), STILL if one in TICKING else "") for one in questions]

    def differing(self, fresh: Mapping[str, Answer]) -> str:
        found = self.reading.found
        try:
            now = _renewed(found, fresh)
        except Unreadable as error:
            return str(error)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return f"an entry is not as iproute2 prints it: {type(error).__name__} {error}"
        for change in self.changes:
            if how := _moved(change, found.get(change.key), now.get(change.key)):
                return f"{change.key} {how} since it was read"
        if _words(self.write(now)) != _words(self.write(found)):
            return "what goes along with an entry that is removed has changed since it was read"
        return ""


def _moved(change: Change, then: Resource | None, now: Resource | None) -> str:
    """What a wish leaves open may change; what is to be deleted may have gone."""
    if then is None or now is None:
        gone = "has been deleted" if change.after is not None else ""
        return "has been made" if now is not None else gone if then is not None else ""
    wish = change.after
    same = then == now if wish is None else wish.lens(then) == wish.lens(now)
    return "" if same else "has been changed"


def _tables(change: Change) -> Iterator[str]:
    """With an IPv4 address go routes and neighbours, which are written again as they were."""
    subject = change.subject
    if isinstance(subject, Link) and "wireguard" in (subject.info_kind, getattr(change.before, "info_kind", None)):
        yield wireguard.QUESTION
    yield _table(subject)
    if isinstance(subject, Address) and (change.after is None or change.recreates):
        yield from (ROUTES, NEIGHBOURS)


def _table(resource: Resource) -> str:
    """The question that tells of a resource; empty: none of ours."""
    match resource:
        case Link() | Address():
            return LINKS
        case Route():
            return ROUTES6 if ":" in resource.dst else ROUTES
        case Rule():
            return RULES6 if resource.family == 6 else RULES
        case Neighbour():
            return NEIGHBOURS
        case FdbEntry():
            return FDB
    return ""


def _renewed(found: State, fresh: Mapping[str, Answer]) -> dict[Key, Resource]:
    """``found`` with the tables that ``fresh`` tells of. Raises: Unreadable, and what a strange row raises."""
    kept = [resource for resource in found.values() if _table(resource) not in fresh]
    interfaces = list(_interfaces(fresh))
    tunnels = {one.ifname for one in (*kept, *interfaces) if isinstance(one, Link) and one.info_kind == "vxlan"}
    others = (_entries(question, answer, tunnels) for question, answer in fresh.items())
    return state_of(chain(kept, interfaces, *others))


def _interfaces(fresh: Mapping[str, Answer]) -> Iterator[Resource]:
    if LINKS in fresh:
        asked = rows(LINKS, fresh[LINKS])
        yield from link.read(asked, wireguard.read(fresh.get(wireguard.QUESTION, Answer(""))))
        yield from address.read(asked)


def _entries(question: str, answer: Answer, tunnels: Iterable[str]) -> Iterable[Resource]:
    if question == FDB:
        return fdb.read(rows(FDB, answer), frozenset(tunnels))
    return READERS[question](answer) if question in READERS else ()


def _words(script: Script) -> Sequence[str]:
    return [str(line) for line in script.lines]
