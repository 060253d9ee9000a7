"""Drafts as a repository that can be checked and compiled, without a file: a problem's place leads to its draft."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as Folder
from typing import Any, NamedTuple

from reconciler.adopt.live.sketch import Sketch
from reconciler.adopt.numbered import Path, numbered
from reconciler.desired.check import World as Checked
from reconciler.desired.check import check
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.documents import KINDS
from reconciler.desired.invalid import validated
from reconciler.desired.inventory import Inventory
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent.compile import World, compile_world
from reconciler.intent.wish import Owns

FOLDER = "live"
PLACE = re.compile(rf"(?:{FOLDER}/)?#(\d+)(?::\d+)+")
"""Where a draft has a value: no place that anybody could look at."""
BRACKETED = re.compile(rf" \({PLACE.pattern}\)")


class Misfit(NamedTuple):
    """What cannot stand in a document: where, within its spec (empty: the document itself), and why."""

    sketch: Sketch
    path: Path
    why: str


@dataclass
class _Leaf:
    """One document with the number of the line that each of its values would stand in."""

    document: Document[Any] | None
    places: Mapping[int, Path]
    faults: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Trial:
    """``owns`` by device. A document that does not fit its model is left out of the repository."""

    sketches: Sequence[Sketch]
    owns: Mapping[str, Owns] = field(default_factory=dict)
    inventory: Inventory | None = None

    @cached_property
    def _leaves(self) -> list[_Leaf]:
        return [_leaf(sketch, f"#{number}") for number, sketch in enumerate(self.sketches)]

    @cached_property
    def repository(self) -> Repository:
        fitting = (leaf.document for leaf in self._leaves if leaf.document is not None)
        return Repository(Folder(FOLDER), tuple(fitting))

    @cached_property
    def world(self) -> World:
        return compile_world(self.repository, owns=self.owns)

    def refused(self, devices: Iterable[str]) -> Iterator[Iterator[Misfit]]:
        """What is wrong with single documents; else with all together; else what they mean for ``devices``."""
        yield self.unshaped()
        yield self.clashing()
        yield self.contradicting(devices)

    def unshaped(self) -> Iterator[Misfit]:
        """What the models refuse."""
        for sketch, leaf in zip(self.sketches, self._leaves, strict=True):
            yield from (Misfit(sketch, leaf.places.get(line, ()), why) for line, why in leaf.faults)

    def clashing(self) -> Iterator[Misfit]:
        """What the rules between values and documents refuse."""
        documents = self.repository.documents
        named = frozenset((document.kind, document.name) for document in documents)
        for found in check(Checked(documents, named)):
            if found.severity == "error":
                yield self._misfit(found.file, found.fault.line, f"{found.fault.what}: {found.fault.right}")
        if self.inventory is not None:
            yield from self._of(check_inventory(self.repository, self.inventory))

    def contradicting(self, devices: Iterable[str]) -> Iterator[Misfit]:
        """What cannot be compiled."""
        yield from self._of(self.world.problems_of(device for device in devices if device in self.world))

    def _of(self, problems: Iterable[Problem]) -> Iterator[Misfit]:
        for one in problems:
            if one.severity == "error":
                yield self._misfit(one.file.removeprefix(f"{FOLDER}/"), one.line, f"{one.what}: {one.right}")

    def _misfit(self, file: str, line: int, why: str) -> Misfit:
        number = int(file.removeprefix("#"))
        said = PLACE.sub(lambda found: self._called(int(found[1])), BRACKETED.sub("", why))
        return Misfit(self.sketches[number], self._leaves[number].places.get(line, ()), said)

    def _called(self, number: int) -> str:
        return f"{self.sketches[number].kind} {self.sketches[number].name}"


def _leaf(sketch: Sketch, file: str) -> _Leaf:
    tree, places = numbered({"metadata": {"name": sketch.name}, "spec": sketch.spec})
    spec = tree.child("spec")
    assert spec is not None, "it was put there"
    within = {line: path[1:] for line, path in places.items() if path[:1] == ("spec",)}
    model, faults = validated(KINDS[sketch.kind], spec.plain(), spec)
    if model is None:
        return _Leaf(None, within, [(fault.line, f"{fault.what}: {fault.right}") for fault in faults])
    return _Leaf(Document(sketch.kind, sketch.name, model, file, tree), within)
