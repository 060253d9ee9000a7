"""Kinds of resources as people write them: by the names that plans show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from reconciler.core.resource import Resource
from reconciler.desired.codes import Code
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example
from reconciler.desired.kinds import BY_NAME, KINDS, ON_NODES, ON_SWITCHES
from reconciler.desired.suggestion import did_you_mean


def _known(kinds: Sequence[type[Resource]]) -> AfterValidator:
    names = _names(kinds)

    def check(name: str) -> str:
        if name not in names:
            misplaced = f"there is no {name!r} here" if name in BY_NAME else f"unknown kind of resource {name!r}"
            wrong(Code.UNKNOWN_VALUE, misplaced, did_you_mean(name, names))
        return name

    return AfterValidator(check)


def _names(kinds: Sequence[type[Resource]]) -> list[str]:
    return sorted(kind.kind for kind in kinds)


def _schema(kinds: Sequence[type[Resource]]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": _names(kinds)})


KindName = Annotated[str, _known(KINDS), _schema(KINDS), Example("route")]
SwitchKindName = Annotated[str, _known(ON_SWITCHES), _schema(ON_SWITCHES), Example("interface")]
NodeKindName = Annotated[str, _known(ON_NODES), _schema(ON_NODES), Example("route")]
