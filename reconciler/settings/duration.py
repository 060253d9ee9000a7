"""Spans of time as settings have them: with a unit, and within bounds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from reconciler.core.span import seconds, words
from reconciler.desired.codes import Code
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example
from reconciler.settings.bounds import bounds


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        wrong(Code.NOT_A_DURATION, f"{value!r} has no unit", "write it as 90s, 5m or 2h")
    try:
        return seconds(value)
    except ValueError as error:
        wrong(Code.NOT_A_DURATION, str(error), "write it as 90s, 5m, 2h or 1h30m")


SPAN = BeforeValidator(_duration, json_schema_input_type=str)
Duration = Annotated[float, SPAN, Example("90s")]
"""Seconds, written with a unit."""


def between(shortest: str, longest: str) -> AfterValidator:
    """Refuses spans outside of these bounds, which count as within: ``Annotated[Duration, between("5s", "1d")]``."""
    return bounds(seconds, words, (shortest, longest), ("short", "long"))
