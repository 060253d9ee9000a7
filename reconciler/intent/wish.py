"""What is wanted of each device: its resources, what of it is ours, and what could not be computed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.core.change import Change
from reconciler.core.driver import Claim, Tolerance
from reconciler.core.ignore import NOTHING, Ignore, Ignores
from reconciler.core.resource import Resource, State, Unknown
from reconciler.desired.codes import Code
from reconciler.desired.problem import Problem, Severity
from reconciler.desired.repository import Document
from reconciler.linux.claim import Except

Row = Resource | Unknown


def problem(
    document: Document[Any], code: Code, what: str, right: str, *path: str | int, severity: Severity = "error"
) -> Problem:
    """A problem at ``path`` within the document's ``spec``; its file is still relative to the desired folder."""
    line, col = document.at("spec", *path)
    return Problem(document.file, line, col, code, what, right, severity)


@dataclass(frozen=True, slots=True)
class Owns:
    """What the inventory says of a device's ``owns`` (``vlans`` is ``None`` where it is not given) and ``ignore``."""

    vlans: frozenset[int] | None = None
    routes: bool = False
    vrfs: bool = False
    bgp: bool = False
    loopbacks: bool = False
    excepted: Except = field(default_factory=Except)
    ignore: tuple[Ignore, ...] = ()


class Tables(Protocol):
    """Rows that many devices share, each made once."""

    def take_over(self, before: Any) -> None:
        """Keep the rows of ``before``, tables of the same sort, that still hold."""


class Part(ABC):
    """Some documents that together want something of some devices: a switch, a node, a cluster's CNI."""

    @property
    def name(self) -> str:
        """What it is known by from one compilation to the next; empty: it takes nothing over."""
        return ""

    @property
    def tables(self) -> Sequence[Tables]:
        """What of it may be kept from one compilation to the next; most parts have nothing."""
        return ()

    def take_over(self, before: Part) -> None:
        """Keep those rows of ``before``, its own last compilation, that follow from what has not changed."""
        for tables in self.tables:
            for known in before.tables:
                tables.take_over(known)

    @property
    def audit(self) -> bool:
        """Whether its rows are planned and never written."""
        return False

    @property
    @abstractmethod
    def devices(self) -> Sequence[str]: ...

    @abstractmethod
    def rows(self, device: str) -> Iterator[Row]:
        """What it wants of ``device``, at the cost of that device alone."""

    @abstractmethod
    def claim(self, device: str, declared: State, owns: Owns) -> Claim:
        """What on ``device`` it may prune, ``declared`` being its own rows."""

    def tolerance(self, device: str, declared: State) -> Tolerance | None:
        """What may differ on ``device``, ``declared`` being its own rows; ``None``: nothing."""
        return None

    def problems(self, device: str, owns: Owns) -> Iterator[Problem]:
        """What is wrong with it, seen from the inventory's side."""
        yield from ()

    @property
    def warnings(self) -> Iterator[Problem]:
        """What is legal and suspect about it."""
        yield from ()

    @property
    def holds(self) -> Sequence[str]:
        """Why nothing of it may be written for now."""
        return ()


@dataclass(frozen=True, slots=True)
class Wish:
    """One device. ``claims`` say what is ours; ``audited`` what of that is planned and never written.

    ``holds``: reasons why rows that ``held`` names must not be written until somebody supplies a fact.
    ``tolerances``: what may differ where nothing is written. ``ignores``: what is left as it is; of what is wanted,
    ``left`` holds the entries that are left alone as a whole, and ``desired`` does not.
    """

    device: str
    desired: State
    claims: tuple[Claim, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    audited: tuple[Claim, ...] = ()
    held: tuple[Claim, ...] = ()
    holds: tuple[str, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignores: Ignores = NOTHING
    left: State = field(default_factory=dict)

    def owns(self, resource: Resource) -> bool:
        return self.claims_for_itself(resource) and not (self.ignores and self.ignores.leaves(resource.key))

    def claims_for_itself(self, resource: Resource) -> bool:
        """Whether it is ours, be it left alone."""
        return any(claim.owns(resource) for claim in self.claims)

    def otherwise(self, resource: Resource) -> str:
        """Who else would put it right, and when; empty: nobody."""
        return next(filter(None, (claim.otherwise(resource) for claim in self.claims if claim.owns(resource))), "")

    def beyond_tolerance(self, changes: Iterable[Change], found: State) -> list[Change]:
        """The differences that are not within what is tolerated."""
        left = list(changes)
        for tolerance in self.tolerances:
            left = tolerance.beyond(left, found)
        return left

    def only_planned(self, resource: Resource) -> bool:
        """Whether a change of ``resource`` is reported but not written: audit, or a fact that others depend on."""
        return any(claim.owns(resource) for claim in (*self.audited, *self.held))
