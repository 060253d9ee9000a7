"""Shares of a whole as people write them: ``30%``, and where a number of devices will do as well, ``5``."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from reconciler.core.waves import Portion
from reconciler.desired.codes import Code
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example

PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%")


def _percent(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        wrong(Code.NOT_A_SHARE, f"{value} has no unit", f"write it as {value}%")
    found = PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        wrong(Code.NOT_A_SHARE, f"{value!r} is no share", "write it in percent, such as 30%")
    if float(found[1]) > 100:
        wrong(Code.NOT_A_SHARE, f"{value} is more than everything", "use 0% to 100%")
    return float(found[1])


def _portion(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 1:
            wrong(Code.NOT_A_SHARE, f"{value} is no number of devices", "use 1 or more, or a share such as 20%")
        return Portion(count=value)
    if not isinstance(value, str):
        wrong(Code.NOT_A_SHARE, f"{value!r} is neither a number nor a share", "write it as 5 or as 20%")
    percent = _percent(value)
    if percent == 0:
        wrong(Code.NOT_A_SHARE, "0% of the devices is none of them", "use 1 or more, or a share such as 20%")
    return Portion(percent=percent)


Percent = Annotated[float, BeforeValidator(_percent, json_schema_input_type=str), Example("30%")]
"""0 to 100, written with its sign."""
PortionOf = Annotated[Portion, BeforeValidator(_portion, json_schema_input_type=int | str), Example("20%")]
"""So many, or a share of them."""
