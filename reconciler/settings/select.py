"""Which devices a rule or a window is about: by their names and by their clusters, with shell patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from reconciler.desired.documents.spec import Many, Part
from reconciler.desired.documents.values import matching, wrong
from reconciler.desired.examples import Example

T = TypeVar("T")
GLOB = re.compile(r"[A-Za-z0-9._*?!\[\]-]{1,253}")


def _some(values: tuple[T, ...]) -> tuple[T, ...]:
    """An empty list would select nothing, and a missing one everything: nobody means the former."""
    if not values:
        wrong("an empty list selects nothing", "remove the field to mean all, or name some")
    return values


Glob = Annotated[
    str,
    AfterValidator(matching(GLOB, "pattern of names", "use letters, digits, '-', '_', '.', and '*', '?', '[…]'")),
    Field(examples=["leaf*"]),
    Example('"leaf*"'),
]
Some = Annotated[Many[T], AfterValidator(_some)]
"""A list that is left out to mean all."""


class Selector(Part):
    """A device is selected if a pattern of each field that is given matches; no field selects every device."""

    devices: Some[Glob] = ()
    clusters: Some[Glob] = ()

    @property
    def selects_all(self) -> bool:
        return not (self.devices or self.clusters)

    def selects(self, device: str, clusters: Iterable[str]) -> bool:
        """``clusters``: all that the device serves; a switch may serve several, or none."""
        return _any(self.devices, [device]) and _any(self.clusters, clusters)


def _any(patterns: tuple[str, ...], names: Iterable[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
