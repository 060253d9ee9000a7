"""What a plain YAML word means: the core schema of YAML 1.2, so `no`, `1:20` and `012` mean what they say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: value for value, name in ((True, "true"), (False, "false")) for word in (name, name.title(), name.upper())
}
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], Scalar]], ...] = (
    (re.compile(r"[-+]?[0-9]{1,40}"), int),
    (re.compile(r"0o[0-7]{1,40}"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]{1,40}"), lambda text: int(text[2:], 16)),
    (re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?"), float),
)
_FIRST = frozenset("0123456789+-.")


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar. Numbers that no device can mean (40 digits, infinity) stay texts."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST:
        return text
    for pattern, number in _NUMBERS:
        if pattern.fullmatch(text):
            value = number(text)
            return text if isinstance(value, float) and not math.isfinite(value) else value
    return text
