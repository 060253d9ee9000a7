"""Read a folder of YAML documents: everything that is wrong is found at once, nothing raises, no device is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.desired import files, recognise
from reconciler.desired.check import World, check
from reconciler.desired.check.finding import Finding
from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.parsed import Parse, parse
from reconciler.desired.problem import Problem, Severity
from reconciler.desired.repository import Document, Ignored, Repository
from reconciler.desired.revision import revision_of
from reconciler.desired.tree import Tree

MISSING = "name a folder of YAML documents with --desired or RECONCILE_DESIRED"

__all__ = ["Document", "Ignored", "Repository", "load"]


def load(folder: Path, parse: Parse = parse) -> Repository:
    """Every document below ``folder`` (or in that one file); what is wrong is in ``problems``, sorted."""
    reading = _Reading(folder, parse)
    if folder.is_file():
        reading.file(folder.parent, folder.name)
    elif folder.is_dir():
        for name in files.names(folder):
            reading.file(folder, name)
    else:
        reading.problems.append(Problem(str(folder), 1, 1, Code.NO_SUCH_PLACE, "no such folder", MISSING))
    return reading.result()


class _Seen(NamedTuple):
    file: str
    line: int


class _Reading:
    """What has been read so far."""

    def __init__(self, folder: Path, parse: Parse) -> None:
        self.folder = folder
        self._parse = parse
        self._blank = Repository(folder)
        self.documents: list[Document[Any]] = []
        self.ignored: list[Ignored] = []
        self.problems: list[Problem] = []
        self.files: list[tuple[str, str]] = []
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._meant: list[Document[Any]] = []
        self._told: set[tuple[str, int, int]] = set()
        self._whole = True

    def result(self) -> Repository:
        for finding in self._found():
            self.complain(finding.file, [finding.fault], finding.severity)
        problems = tuple(sorted(self.problems))
        digests = tuple(self.files)
        revise = partial(revision_of, self.folder, digests)
        return Repository(self.folder, tuple(self.documents), tuple(self.ignored), problems, revise, digests)

    def _found(self) -> list[Finding]:
        """What the rules of whole documents find, also in those that were mended, but where one has a fault already."""
        world = World(tuple(self._meant), frozenset(self._seen), self._whole)
        return [one for one in check(world) if (one.file, one.fault.line, one.fault.col) not in self._told]

    def file(self, folder: Path, name: str) -> None:
        file = files.shown(name)
        try:
            data = files.read(folder, name)
            self.files.append((file, hashlib.sha256(data).hexdigest()))
            trees, faults = self._parse(data)
        except files.Unfit as error:
            trees, faults = [], [error.fault]
        self._whole &= not faults
        self.complain(file, faults)
        for tree in trees:
            for item in recognise.items(tree):
                self._document(item, file)

    def _document(self, tree: Tree, file: str) -> None:
        what = recognise.head(tree)
        if fault := recognise.misfit(tree, what):
            self._whole = False
            self.complain(file, [fault])
        elif entry := recognise.ignored(tree, what, self._blank.known(file)):
            self.ignored.append(entry)
        elif not self._twice(tree, what, file):
            self._whole &= bool(what.name)
            document, faults = recognise.document(tree, what, file)
            self.complain(file, faults)
            self._told |= {(file, fault.line, fault.col) for fault in faults}
            if document is not None:
                self._meant.append(document)
                self.documents += [] if faults else [document]

    def _twice(self, tree: Tree, what: recognise.Head, file: str) -> bool:
        """Whether a document of that kind and name has been read before: a problem, and the first one stays."""
        name = tree.nearest(("metadata", "name"))
        first = self._seen.setdefault((what.kind, what.name), _Seen(file, name.line))
        again = bool(what.name) and first != (file, name.line)
        if again:
            twice = f"duplicate {what.kind} {what.name} (first in {first.file}:{first.line})"
            self.complain(file, [Fault(name.line, name.col, Code.DUPLICATE_DOCUMENT, twice, "remove or rename one")])
        return again

    def complain(self, file: str, faults: Iterable[Fault], severity: Severity = "error") -> None:
        self.problems += [self._blank.problem(file, fault, severity) for fault in faults]
