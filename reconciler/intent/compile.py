"""The compiler: all documents in, what is wanted of each device out, and every contradiction with both its lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from reconciler.core.resource import Key, Resource, Unknown, state_of
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.intent import cluster, node, pools, switch
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Intent, Owns, Part, Wish


def compile_world(
    repository: Repository, facts: Mapping[str, ClusterFacts] | None = None, owns: Mapping[str, Owns] | None = None
) -> Intent:
    """What is wanted of every device. ``facts`` by cluster, ``owns`` (the inventory's) by device."""
    world = World(repository, facts or {}, owns or {})
    wishes = {device: world.wish(device) for device in world.devices}
    problems = {problem for wish in wishes.values() for problem in wish.problems}
    return Intent(wishes, world.warnings, tuple(sorted(problems)))


class World:
    """All documents, from which one device can be compiled without the others."""

    def __init__(self, repository: Repository, facts: Mapping[str, ClusterFacts], owns: Mapping[str, Owns]) -> None:
        self._repository = repository
        self._owns = owns
        self._parts: tuple[Part, ...] = (
            *switch.parts(repository),
            *node.parts(repository),
            *cluster.parts(repository, facts),
            *pools.parts(repository),
        )

    @cached_property
    def _by_device(self) -> dict[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for part in self._parts:
            for device in part.devices:
                found.setdefault(device, []).append(part)
        return found

    @property
    def devices(self) -> tuple[str, ...]:
        """Every device that a document mentions, sorted."""
        return tuple(sorted(self._by_device))

    @property
    def warnings(self) -> tuple[Problem, ...]:
        found = {warning for part in self._parts for warning in part.warnings}
        return tuple(sorted(map(self._located, found)))

    def wish(self, device: str) -> Wish:
        """What is wanted of ``device``, at that device's cost. Raises: KeyError for a device that is not mentioned."""
        draft = _Draft(self._owns.get(device, Owns()))
        for part in self._by_device[device]:
            draft.add(part, device)
        problems = tuple(sorted(map(self._located, draft.problems)))
        return dataclasses.replace(draft.wish(device), problems=problems)

    def _located(self, problem: Problem) -> Problem:
        """Problems name files as seen from beside the desired folder."""
        folder = self._repository.folder
        base = folder.parent if folder.suffix in (".yaml", ".yml") else folder
        return dataclasses.replace(problem, file=f"{base.name}/{problem.file}") if base.name else problem


class _Draft:
    """A wish in the making: rows of all parts, each key once."""

    def __init__(self, owns: Owns) -> None:
        self.problems: list[Problem] = []
        self._owns = owns
        self._desired: dict[Key, Resource] = {}
        self._unknown: list[Unknown] = []
        self._wish = Wish("", {})

    def add(self, part: Part, device: str) -> None:
        declared = state_of(self._take(part.rows(device)))
        claim = part.claim(device, declared, self._owns)
        wish, holds = self._wish, tuple(part.holds)
        self._wish = dataclasses.replace(
            wish,
            claims=(*wish.claims, claim),
            audited=(*wish.audited, *((claim,) if part.audit else ())),
            held=(*wish.held, *((claim,) if holds else ())),
            holds=(*wish.holds, *holds),
        )
        self.problems.extend(part.problems(device, self._owns))

    def _take(self, rows: Iterable[Resource | Unknown]) -> Iterator[Resource]:
        """What the inventory excepts is nobody's wish."""
        for row in rows:
            if isinstance(row, Unknown):
                self._unknown.append(row)
            elif not self._owns.excepted.covers(row):
                first = self._desired.setdefault(row.key, row)
                if first is not row:
                    self.problems.append(_contradiction(first, row))
                yield row

    def wish(self, device: str) -> Wish:
        unknown = tuple(dict.fromkeys(self._unknown))
        return dataclasses.replace(self._wish, device=device, desired=self._desired, unknown=unknown)


def _contradiction(one: Resource, other: Resource) -> Problem:
    """Reported at the later line, whatever order the documents came in."""
    first, second = sorted((one.origin, other.origin), key=_place)
    file, line = _place(second)
    what = f"{one.key} is wanted twice, here and at {first}"
    return Problem(file, line, 1, what, "wanted once")


def _place(origin: str) -> tuple[str, int]:
    """``cluster k01, pools.yaml:1, nodes.yaml:7`` -> the first line of a file; none is before all lines."""
    for part in origin.split(", "):
        file, _, line = part.rpartition(":")
        if line.isdigit():
            return file, int(line)
    return origin, 0
