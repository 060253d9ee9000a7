"""Texts with a grammar of their own: ranges of ports and users, realms, Felix's patterns of interface names."""

from __future__ import annotations

import re
import warnings
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from reconciler.desired.codes import Code
from reconciler.desired.documents.values import wrong

REPEATED = re.compile(r"[+*}]\)+[+*{]")
"""A repeated group that ends with a repetition: matching may take for ever."""


def _as_text(value: Any) -> Any:
    """A number alone is a range, or realms, as well."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


NumberOrText = BeforeValidator(_as_text, json_schema_input_type=int | str)


def _span(text: str, highest: int, what: str) -> str:
    """``5`` and ``5-9``, as iproute2 takes them; ``5-5`` is 5, as the kernel has it."""
    first, dash, last = text.partition("-")
    ends = [int(end) if end.isascii() and end.isdigit() and len(end) < 12 else -1 for end in (first, last or first)]
    if ends[0] < 0 or not ends[0] <= ends[1] <= highest or (dash and not last):
        wrong(
            Code.NOT_A_RANGE,
            f"{text!r} is not a range of {what}s",
            f"expected one such as 1000-2000, at most {highest}",
        )
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}-{ends[1]}"


def _ports(text: str) -> str:
    ports = _span(text, 65534, "port")  # the kernel refuses 65535 (fib_rule_port_range_valid)
    if ports.startswith("0"):
        wrong(Code.NOT_A_RANGE, "port 0 means any port to the kernel", "use 1 to 65534")
    return ports


def _realms(text: str) -> str:
    """``to``, or ``from/to``; 0 is none."""
    source, slash, to = text.rpartition("/")
    numbers = [end for end in (source, to) if end.isascii() and end.isdigit() and end == str(int(end)) != "0"]
    if len(numbers) != (2 if slash else 1) or any(int(number) > 65535 for number in numbers):
        wrong(
            Code.NOT_A_RANGE,
            f"{text!r} are no realms",
            "expected a number from 1 to 65535, or two such as 5/6 (from/to)",
        )
    return text


def _pattern(text: str) -> str:
    """Felix compiles it with Go's regexp, whose syntax without back references is ours, too; Go's never runs away."""
    if REPEATED.search(text):
        wrong(
            Code.BAD_PATTERN,
            f"{text!r} repeats what repeats already",
            "one repetition, such as (eth|en).* for ((eth|en).*)+",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # [[:alpha:]], which means something else in Go
            re.compile(text)
    except (re.error, FutureWarning) as error:
        wrong(
            Code.BAD_PATTERN, f"{text!r} is not a regular expression ({error})", "expected one such as ^(en.*|eth.*)$"
        )
    return text


Pattern = Annotated[str, AfterValidator(_pattern), Field(max_length=1000)]
PortRange = Annotated[str, NumberOrText, AfterValidator(_ports), Field(examples=["1000-2000"])]
UidRange = Annotated[
    str, NumberOrText, AfterValidator(lambda text: _span(text, 2**32 - 2, "user ID")), Field(examples=["1000-2000"])
]
Realms = Annotated[str, NumberOrText, AfterValidator(_realms), Field(examples=["5/6"])]
