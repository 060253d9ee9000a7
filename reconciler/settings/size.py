"""Sizes of files as people write them: ``512K``, ``256M``, ``2G``."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from reconciler.desired.codes import Code
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example
from reconciler.settings.bounds import bounds

UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3}
WHOLE = re.compile(r"([0-9]{1,9})([KMG])")
LARGEST = 1024 * UNITS["G"]


def size(text: str) -> int:
    """Bytes. Raises: ValueError for what is no size, for none at all, and for more than 1024G."""
    found = WHOLE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no size")
    total = int(found[1]) * UNITS[found[2]]
    if not 0 < total <= LARGEST:
        raise ValueError(f"{text!r} is not between 1K and 1024G")
    return total


def words(total: int) -> str:
    """``256M``: the shortest text that ``size`` takes back."""
    unit = next((name for name in ("G", "M") if total % UNITS[name] == 0), "K")
    return f"{total // UNITS[unit]}{unit}"


def _size(value: Any) -> Any:
    if not isinstance(value, str):
        wrong(Code.NOT_A_SIZE, f"{value!r} has no unit", "write it as 512K, 256M or 2G")
    try:
        return size(value)
    except ValueError as error:
        wrong(Code.NOT_A_SIZE, str(error), "write it as 512K, 256M or 2G")


Size = Annotated[int, BeforeValidator(_size, json_schema_input_type=str), Example("256M")]
"""Bytes, written with a unit; K is 1024."""


def within(smallest: str, largest: str) -> AfterValidator:
    """Refuses sizes outside of these bounds, which count as within: ``Annotated[Size, within("4M", "64G")]``."""
    return bounds(size, words, (smallest, largest), ("small", "large"))
