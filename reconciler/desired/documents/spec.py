"""What all models share: our own kinds know every field, Calico's keep those that we do not know."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

T = TypeVar("T")


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Many = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""A YAML list, unchangeable once read."""


class Part(BaseModel):
    """A mapping within a document of our own: an unknown field is a mistake, a text is never taken for a number."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
    )


class Spec(Part):
    """The ``spec`` of one kind."""


class CalicoPart(Part):
    """A mapping within one of Calico's documents: what we do not know is kept as it is."""

    model_config = ConfigDict(extra="allow")


class CalicoSpec(Spec):
    """The ``spec`` of one of Calico's kinds."""

    model_config = ConfigDict(extra="allow")

    def written(self) -> dict[str, Any]:
        """The fields that the manifest writes, under Calico's names, unknown ones too."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)
