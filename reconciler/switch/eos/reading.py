"""What one stanza holds: resources, lines that are somebody else's, and what we should understand and do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from reconciler.core.resource import Key, Resource


class Trouble(NamedTuple):
    """``partial``: what could be understood of a resource; ``line``: verbatim, the one that could not."""

    partial: Resource
    line: str


NOTHING: Mapping[Key, tuple[str, ...]] = MappingProxyType({})


class Section(NamedTuple):
    """``rest``: lines that no attribute of ours explains, verbatim, by the resource whose stanza they stand in.

    A resource in ``troubles`` is not among the ``resources``; all of its lines are in ``rest``.
    """

    resources: tuple[Resource, ...] = ()
    rest: Mapping[Key, tuple[str, ...]] = NOTHING
    troubles: tuple[Trouble, ...] = ()


def section(resources: Iterable[Resource], rest: tuple[str, ...], trouble: str, whole: tuple[str, ...]) -> Section:
    """A stanza whose lines say the same of all its resources. ``whole``: every line of it."""
    found = tuple(resources)
    if trouble:
        return Section((), {one.key: whole for one in found}, tuple(Trouble(one, trouble) for one in found))
    return Section(found, {one.key: rest for one in found} if rest else NOTHING)
