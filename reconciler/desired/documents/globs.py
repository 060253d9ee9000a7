"""Names that stand for several: shell patterns, and lists of which an empty one is a slip."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Many
from reconciler.desired.documents.values import matching, shaped, wrong
from reconciler.desired.examples import Example

T = TypeVar("T")
GLOB = re.compile(r"[A-Za-z0-9._*?!\[\]-]{1,253}")
SIGNS = frozenset("*?[")


def is_glob(text: str) -> bool:
    """Whether it may stand for several names."""
    return not SIGNS.isdisjoint(text)


def _some(values: tuple[T, ...]) -> tuple[T, ...]:
    """An empty list would select nothing, and a missing one everything: nobody means the former."""
    if not values:
        wrong(Code.SELECTS_NOTHING, "an empty list selects nothing", "remove the field to mean all, or name some")
    return values


Glob = Annotated[
    str,
    AfterValidator(matching(GLOB, "pattern of names", "use letters, digits, '-', '_', '.', and '*', '?', '[…]'")),
    shaped(GLOB),
    Field(examples=["leaf*"]),
    Example('"leaf*"'),
]
Some = Annotated[Many[T], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]
"""A list that is left out to mean all."""
