"""The desired state as it was read: documents, each value with its line, and the revision they belong to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from reconciler.core.words import printable
from reconciler.desired.compose import Fault
from reconciler.desired.documents import KINDS, Spec
from reconciler.desired.problem import Problem, Severity
from reconciler.desired.tree import Tree

S = TypeVar("S", bound=Spec)


ABSENT = "reconciler/absent"
"""The annotation that has an object deleted; heeded for IPPools."""


@dataclass(frozen=True, slots=True)
class Document(Generic[S]):
    """One document that fits its model. ``file`` is relative to the folder; ``places`` knows every value's line."""

    kind: str
    name: str
    spec: S
    file: str
    places: Tree = field(repr=False, compare=False)
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)

    @property
    def is_absent(self) -> bool:
        """Whether it asks for its object's removal, which leaving the document out never does."""
        return self.annotations.get(ABSENT) == "true"

    def at(self, *path: str | int) -> tuple[int, int]:
        """Line and column (from 1) of the value at ``path``, or of its nearest known parent.

        A path is spelled as in the document: ``("spec", "podCIDRs", 0)``.
        """
        node = self.places.nearest(path)
        return node.line, node.col

    def origin(self, *path: str | int) -> str:
        """``nodes.yaml:7``: the line that wants a resource."""
        return f"{self.file}:{self.at(*path)[0]}"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A document that we have no use for: another API group, or a Calico kind that decides nothing of ours."""

    file: str
    line: int
    kind: str
    name: str

    def __str__(self) -> str:
        return printable(f"{self.file}:{self.line}: {self.kind} {self.name}".rstrip())


@dataclass(frozen=True)
class Repository:
    """All documents below ``folder``, in reading order. ``problems`` are sorted; none of them: safe to compile."""

    folder: Path
    documents: tuple[Document[Any], ...] = ()
    ignored: tuple[Ignored, ...] = ()
    problems: tuple[Problem, ...] = ()
    revise: Callable[[], str] = field(default=str, repr=False, compare=False)
    """Asks git, or the files; only when the revision is wanted."""
    digests: tuple[tuple[str, str], ...] = field(default=(), repr=False, compare=False)
    """Each file that was read, and the SHA-256 of what was in it."""

    @cached_property
    def revision(self) -> str:
        """The commit (``-dirty`` with uncommitted changes below the folder); outside git ``sha256:`` of the files."""
        return self.revise()

    @cached_property
    def meaning(self) -> str:
        """A digest of what the documents say alone, whatever commit and file they stand in."""
        said = sorted((d.kind, d.name, d.spec.model_dump_json()) for d in self.documents)
        return hashlib.sha256(repr(said).encode()).hexdigest()

    @overload
    def of(self, kind: type[S]) -> tuple[Document[S], ...]: ...

    @overload
    def of(self, kind: str) -> tuple[Document[Any], ...]: ...

    def of(self, kind: type[Spec] | str) -> tuple[Document[Any], ...]:
        """The documents of one kind, by its name or its model."""
        name = kind if isinstance(kind, str) else kind.__name__
        assert name in KINDS, f"no kind {name}"
        return self._of.get(name, ())

    @cached_property
    def _of(self) -> dict[str, tuple[Document[Any], ...]]:
        found: dict[str, list[Document[Any]]] = {}
        for document in self.documents:
            found.setdefault(document.kind, []).append(document)
        return {kind: tuple(documents) for kind, documents in found.items()}

    def problem(self, file: str, fault: Fault, severity: Severity = "error") -> Problem:
        """A fault of one of the files."""
        return Problem(self.known(file), *fault, severity)

    def known(self, file: str) -> str:
        """The path that the user knows one of the files by: from beside the folder."""
        return f"{self._base}{file}"

    @cached_property
    def _base(self) -> str:
        base = self.folder.parent if self.folder.is_file() else self.folder
        return f"{printable(base.name)}/" if base.name else ""

    def having(self, severity: Severity) -> tuple[Problem, ...]:
        """The problems of one severity: ``error`` or ``warning``."""
        return tuple(problem for problem in self.problems if problem.severity == severity)
