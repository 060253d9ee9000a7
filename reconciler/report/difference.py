"""What two revisions of the documents have of difference: which documents, and what that means for each device."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.core.change import Change, Verb, diff
from reconciler.core.order import breaks, kind_order, makes
from reconciler.core.resource import Key, Live, Resource, State, Unknown
from reconciler.core.words import brief
from reconciler.desired.kinds import KINDS
from reconciler.desired.load import load
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.intent.compile import World, compile_world
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Owns, Wish
from reconciler.report.document_changes import DocumentChange, document_changes


class BadRevision(ValueError):
    """Documents of one of the revisions cannot be used; ``problems`` say where in that revision."""

    def __init__(self, side: Side, problems: tuple[Problem, ...]) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{side.words}: {problems[0]}{more}")
        self.side, self.problems = side, problems


@dataclass(frozen=True, slots=True)
class Side:
    """One revision, whose documents are below ``folder``. ``title``: what people call it; else its beginning."""

    revision: str
    folder: Path
    title: str = ""

    def read(self) -> Repository:
        """The documents. Raises: BadRevision."""
        repository = dataclasses.replace(load(self.folder), revise=lambda: self.revision)
        _check(self, repository.having("error"))
        return repository

    @property
    def words(self) -> str:
        return self.title or brief(self.revision)


@dataclass(frozen=True, slots=True)
class Known:
    """What else counts, the same for both sides: the inventory's ``owns`` by device, and what clusters tell.

    ``targeted``: devices that are asked for. ``most``: so many changes are listed, all others only counted; None: all.
    """

    owns: Mapping[str, Owns] = field(default_factory=dict)
    facts: Mapping[str, ClusterFacts] = field(default_factory=dict)
    targeted: Callable[[str], bool] = lambda name: True
    most: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceDifference:
    """One device that is wanted otherwise. ``kind``: of its document; empty: it has none of its own.

    ``gone``: no document mentions it any more, so nothing on it would be changed. ``count``: all changes by verb, of
    which ``changes`` may list only the first. ``unknown``: entries that hang on what only a cluster tells.
    """

    name: str
    kind: str = ""
    gone: bool = False
    changes: tuple[Change, ...] = ()
    count: Counter[Verb] = field(default_factory=Counter)
    unknown: int = 0

    @property
    def more(self) -> int:
        """Changes that are not listed."""
        return self.count.total() - len(self.changes)


@dataclass(frozen=True, slots=True)
class Difference:
    """From ``old`` to ``new``. ``documents`` and ``devices`` are those that differ.

    ``all_documents`` counts those of ``new``; ``all_devices`` are those of both, targeted or not.
    """

    old: Side
    new: Side
    documents: tuple[DocumentChange, ...] = ()
    devices: tuple[DeviceDifference, ...] = ()
    all_documents: int = 0
    all_devices: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.documents)

    @property
    def count(self) -> Counter[Verb]:
        """Changes on all devices, by verb."""
        return sum((device.count for device in self.devices), Counter[Verb]())


def compare(old: Side, new: Side, known: Known | None = None) -> Difference:
    """Read, compile and compare two folders. Blocking, at the cost of two compilations. Raises: BadRevision."""
    return compare_repositories((old, old.read()), (new, new.read()), known or Known())


def compare_repositories(old: tuple[Side, Repository], new: tuple[Side, Repository], known: Known) -> Difference:
    """The same of documents that were read already. Raises: BadRevision, where they contradict one another."""
    (before, was), (after, now) = old, new
    documents = tuple(document_changes(was, now))
    if not documents:
        return Difference(before, after, all_documents=len(now.documents), all_devices=tuple(compile_world(now)))
    one, other = _worlds(was, now, known)
    names = tuple(sorted({*one, *other}))
    kinds = {document.name: document.kind for document in (*was.documents, *now.documents) if document.kind in DEVICES}
    comparing = _Comparing((before, one), (after, other), kinds, known.most)
    devices = tuple(comparing.devices(filter(known.targeted, names)))
    return Difference(before, after, documents, devices, len(now.documents), names)


def _worlds(old: Repository, new: Repository, known: Known) -> tuple[World, World]:
    """Both, with one object for the rows that are the same in both, as far as a few devices of the old one have them.

    Nothing is compiled before it is asked for, and only what was compiled can be taken over.
    """
    one = compile_world(old, known.facts, known.owns)
    for name in list(one)[:: len(one) // SAMPLE + 1]:
        one.get(name)
    return one, compile_world(new, known.facts, known.owns, before=one)


DEVICES = ("Switch", "Node")
SAMPLE = 64
ORDER = kind_order(KINDS)


@dataclass
class _Comparing:
    """Two worlds, device by device: no wish is kept. ``left``: changes that may still be listed."""

    old: tuple[Side, World]
    new: tuple[Side, World]
    kinds: Mapping[str, str]
    left: int | None

    def devices(self, names: Iterable[str]) -> Iterator[DeviceDifference]:
        for name in names:
            was, wanted = self._wish(*self.old, name), self._wish(*self.new, name)
            kind = self.kinds.get(name, "")
            if wanted is None:
                yield DeviceDifference(name, kind, gone=True)
                continue
            changes = wish_changes(was or Wish(name, {}), wanted)
            unknown = len({*(was.unknown if was else ()), *wanted.unknown})
            if changes or unknown:
                count = Counter(change.verb for change in changes)
                yield DeviceDifference(name, kind, False, tuple(self._listed(changes)), count, unknown)

    def _wish(self, side: Side, world: World, name: str) -> Wish | None:
        """Raises: BadRevision."""
        wish = world.get(name)
        _check(side, wish.problems if wish else ())
        return wish

    def _listed(self, changes: list[Change]) -> list[Change]:
        if self.left is None:
            return changes
        listed = changes[: self.left]
        self.left -= len(listed)
        return listed


def wish_changes(old: Wish, new: Wish) -> list[Change]:
    """What makes a device that is as ``old`` wants it as ``new`` wants it, in the order of a plan.

    An entry that may be one of the unknown ones of the other side is not compared.
    """
    found = diff(*_differing(old, new), new.unknown)
    if any(change.recreates for change in found):  # then entries that stay the same are written again
        found = diff(new.desired, Live(old.desired, {}), new.unknown)
    changes = [change for change in found if change.before or not _may_be(change.key, old.unknown)]
    return makes(changes, ORDER) + breaks(changes, ORDER)


def _differing(old: Wish, new: Wish) -> tuple[dict[Key, Resource], Live]:
    """Both without what is the same: of a thousand nodes' four million rows, most are even the same object."""
    was = _without(old.desired, new.desired)
    wanted = {key: row for key, row in _without(new.desired, old.desired).items() if was.get(key) != row}
    gone = {key: row for key, row in was.items() if key in wanted or key not in new.desired}
    return wanted, Live(gone, {})


def _without(state: State, other: State) -> dict[Key, Resource]:
    """The rows of ``state`` that are no objects of the ``other``."""
    shared = set(map(id, other.values()))
    return {row.key: row for row in state.values() if id(row) not in shared}


def _may_be(key: Key, unknown: tuple[Unknown, ...]) -> bool:
    return any(wish.covers(key) for wish in unknown)


def _check(side: Side, problems: tuple[Problem, ...]) -> None:
    if problems:
        raise BadRevision(side, problems)
