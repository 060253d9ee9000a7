"""The compiler: all documents in, what is wanted of each device out, and every contradiction with both its lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from reconciler.core.ignore import Ignore, Ignores
from reconciler.core.resource import Key, Resource, Unknown
from reconciler.desired.codes import Code
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.intent import cluster, node, pools, switch
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.ignore import rules_of
from reconciler.intent.wish import Owns, Part, Wish


def compile_world(
    repository: Repository,
    facts: Mapping[str, ClusterFacts] | None = None,
    owns: Mapping[str, Owns] | None = None,
    before: World | None = None,
) -> World:
    """What is wanted of every device. ``facts`` by cluster, ``owns`` (the inventory's) by device.

    Rows that follow from what is in ``before`` as it is now are taken over from there.
    """
    parts = (
        *switch.parts(repository),
        *node.parts(repository),
        *cluster.parts(repository, facts or {}),
        *pools.parts(repository),
    )
    world = World(repository, parts, owns or {})
    if before is not None:
        world.take_over(before)
    return world


class World(Mapping[str, Wish]):
    """All documents, as what is wanted of each device that they mention, compiled when it is asked for and not kept.

    One device costs its own rows alone; a thousand nodes have more rows together than fit into memory.
    """

    def __init__(self, repository: Repository, parts: tuple[Part, ...], owns: Mapping[str, Owns]) -> None:
        self._repository = repository
        self._parts = parts
        self._owns = owns

    def __getitem__(self, device: str) -> Wish:
        """What is wanted of ``device``. Raises: KeyError for a device that is not mentioned."""
        owns = self._owns.get(device, Owns())
        draft = _Draft(owns, Ignores((*owns.ignore, *self._ignores.get(device, ()))))
        for part in self._by_device[device]:
            draft.add(part, device)
        problems = tuple(sorted(map(self._located, draft.problems)))
        return dataclasses.replace(draft.wish(device), problems=problems)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._by_device))

    def __len__(self) -> int:
        return len(self._by_device)

    def __contains__(self, device: object) -> bool:
        return device in self._by_device

    @cached_property
    def _by_device(self) -> dict[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for part in self._parts:
            for device in part.devices:
                found.setdefault(device, []).append(part)
        return found

    @cached_property
    def _ignores(self) -> Mapping[str, tuple[Ignore, ...]]:
        return rules_of(self._repository)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Every contradiction; with one of them nothing may be written anywhere. Costs all rows, kept one by one."""
        return self.problems_of(self)

    def problems_of(self, devices: Iterable[str]) -> tuple[Problem, ...]:
        """Those that show on these devices."""
        return tuple(sorted({problem for device in devices for problem in self[device].problems}))

    @cached_property
    def warnings(self) -> tuple[Problem, ...]:
        """What is legal and suspect."""
        found = {warning for part in self._parts for warning in part.warnings}
        return tuple(sorted(map(self._located, found)))

    def take_over(self, before: World) -> None:
        """Keep what was compiled before and still holds."""
        known = {part.name: part for part in before._parts if part.name}
        for part in self._parts:
            if part.name in known:
                part.take_over(known[part.name])

    def _located(self, problem: Problem) -> Problem:
        """Problems name files as seen from beside the desired folder."""
        folder = self._repository.folder
        base = folder.parent if folder.suffix in (".yaml", ".yml") else folder
        return dataclasses.replace(problem, file=f"{base.name}/{problem.file}") if base.name else problem


class _Draft:
    """A wish in the making: rows of all parts, each key once."""

    def __init__(self, owns: Owns, ignores: Ignores) -> None:
        self.problems: list[Problem] = []
        self._owns, self._ignores = owns, ignores
        self._desired: dict[Key, Resource] = {}
        self._left: dict[Key, Resource] = {}
        self._unknown: list[Unknown] = []
        self._wish = Wish("", {})

    def add(self, part: Part, device: str) -> None:
        declared = self._take(part.rows(device))
        claim = part.claim(device, declared, self._owns)
        wish, holds = self._wish, tuple(part.holds)
        tolerance = part.tolerance(device, declared)
        self._wish = dataclasses.replace(
            wish,
            claims=(*wish.claims, claim),
            audited=(*wish.audited, *((claim,) if part.audit else ())),
            held=(*wish.held, *((claim,) if holds else ())),
            holds=(*wish.holds, *holds),
            tolerances=(*wish.tolerances, *((tolerance,) if tolerance else ())),
        )
        self.problems.extend(part.problems(device, self._owns))

    def _take(self, rows: Iterable[Resource | Unknown]) -> dict[Key, Resource]:
        """The wishes of one part by key, added to all others', but for what is excepted or left alone."""
        excepted = self._owns.excepted or None
        leaves = self._ignores.leaves if self._ignores else None
        own: dict[Key, Resource] = {}
        twice: list[tuple[Resource, Resource]] = []
        for row in rows:
            if isinstance(row, Unknown):
                self._unknown.append(row)
            elif excepted is not None and excepted.covers(row):
                continue
            elif leaves is not None and leaves(row.key):
                self._left.setdefault(row.key, row)
            else:
                first = own.setdefault(row.key, row)
                if first is not row:
                    twice.append((first, row))
        twice += [(self._desired[key], own[key]) for key in self._desired.keys() & own.keys()]
        self._desired = own | self._desired
        for one, other in twice:
            self._contradict(one, other, own)
        return own

    def _contradict(self, one: Resource, other: Resource, own: dict[Key, Resource]) -> None:
        """Two documents: a problem of whoever wrote them. What a cluster tells twice is not known, and stops nobody."""
        if _place(one.origin)[1] and _place(other.origin)[1]:
            self.problems.append(_contradiction(one, other))
            return
        key, tellers = one.key, " and ".join(dict.fromkeys((one.origin, other.origin)))
        self._unknown.append(Unknown(key.kind, key.name, f"which it is: told twice by {tellers}"))
        self._desired.pop(key, None)
        own.pop(key, None)

    def wish(self, device: str) -> Wish:
        unknown = tuple(dict.fromkeys(self._unknown))
        known = dataclasses.replace(self._wish, device=device, desired=self._desired, unknown=unknown)
        return dataclasses.replace(known, ignores=self._ignores, left=self._left)


def _contradiction(one: Resource, other: Resource) -> Problem:
    """Reported at the later line, whatever order the documents came in."""
    first, second = sorted((one.origin, other.origin), key=_place)
    file, line = _place(second)
    what = f"{one.key} is wanted twice, here and at {first}"
    return Problem(file, line, 1, Code.WANTED_TWICE, what, "wanted once")


def _place(origin: str) -> tuple[str, int]:
    """``cluster k01, pools.yaml:1, nodes.yaml:7`` -> the first line of a file; none is before all lines."""
    for part in origin.split(", "):
        file, _, line = part.rpartition(":")
        if line.isdigit():
            return file, int(line)
    return origin, 0
