"""Rules of what is left as it is although it differs, as they stand in the inventory and beside documents."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from reconciler.core.ignore import Ignore
from reconciler.desired.codes import Code
from reconciler.desired.documents.calico import IPPool
from reconciler.desired.documents.globs import Some
from reconciler.desired.documents.kind_names import KindName, NodeKindName, SwitchKindName
from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example
from reconciler.desired.kinds import BY_NAME
from reconciler.desired.suggestion import did_you_mean


def _pattern(text: str) -> str:
    if not text or not text.isprintable():
        wrong(Code.BAD_PATTERN, f"{text!r} is no pattern of names", 'expected one such as "10.0.*"')
    opened = text.find("[")
    if opened >= 0 and "]" not in text[opened + 2 :]:
        wrong(Code.BAD_PATTERN, f"{text!r} has a '[' without its ']'", 'expected a pattern such as "eth[0-3]"')
    return text


Pattern = Annotated[str, AfterValidator(_pattern), Field(max_length=253), Example('"10.0.*"')]


def fields_of(kind: str) -> list[str]:
    """What a plan may show to differ of an entry of this kind, but for what it is known by."""
    if kind == IPPool.__name__.lower():
        return sorted(field.alias or name for name, field in IPPool.model_fields.items())
    return sorted(BY_NAME[kind].attributes() - BY_NAME[kind].identity)


class IgnoreRule(Part):
    """``name``: a shell pattern of the names that plans show; left out: all. ``fields``: these attributes alone."""

    example: ClassVar[str] = "{kind: route, fields: [mtu]}"

    kind: KindName
    name: Pattern = "*"
    fields: Some[str] = ()

    @field_validator("fields")
    @classmethod
    def _are_known(cls, fields: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        kind = info.data.get("kind")
        if not isinstance(kind, str):  # what is wrong with it is told already
            return fields
        known = fields_of(kind)
        for name in fields:
            if name in BY_NAME[kind].identity:
                wrong(
                    Code.IGNORED_IDENTITY,
                    f"{name!r} is what a resource of kind {kind} is known by",
                    "leave fields out to ignore it as a whole",
                )
            if name not in known:
                wrong(Code.UNKNOWN_FIELD, f"unknown field {name!r} of kind {kind}", did_you_mean(name, known))
        return fields

    def rule(self, origin: str) -> Ignore:
        return Ignore(self.kind, self.name, frozenset(self.fields), origin)


class SwitchIgnoreRule(IgnoreRule):
    """The same beside a Switch."""

    kind: SwitchKindName


class NodeIgnoreRule(IgnoreRule):
    """The same beside a Node."""

    kind: NodeKindName
