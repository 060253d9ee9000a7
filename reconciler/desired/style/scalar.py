"""One value as YAML on one line: in quotes only where some reader would take it for something else without."""

from __future__ import annotations

import json
import re
from typing import Any

from reconciler.desired.characters import UNPRINTABLE
from reconciler.desired.scalars import resolve

PLAIN = re.compile(r"[A-Za-z0-9_./+~^$(;=<\\][^\x00-\x1f\x7f-\xa0:#,\[\]{}\"]*")
"""What means itself also between braces; a colon, as in a MAC or an IPv6 address, always has quotes around it."""
DIGITS = re.compile(r"[-+]?[0-9][0-9,_:eE-]*|[-+]?0[bo]?[0-9_]+|[-+.0-9]*(\.inf|\.nan)", re.IGNORECASE)
"""Other readers see numbers, dates or minutes in it (YAML 1.1: ``012``, ``1_000``, ``2026-01-01``)."""
WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ".", "..", "..."))
"""What YAML 1.1 and 1.2 read as something else than a text."""
MERGE = "<<"
LITERAL = re.compile(r"(?:[^\s#][^\n]*(?<=\S)\n|(?<=\n)\n|(?<=\n) *[^\s][^\n]*(?<=\S)\n)+")


def quoted(text: str) -> str:
    """In quotes, whatever is in it: in double ones, but for a text that has such itself."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    body = json.dumps(text, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", body)


def needs_quotes(text: str) -> bool:
    """Whether the bare text would be another value, or the end of one."""
    if not PLAIN.fullmatch(text) or text.endswith(" ") or UNPRINTABLE.search(text):
        return True
    return text.lower() in WORDS or bool(DIGITS.fullmatch(text)) or not isinstance(resolve(text), str)


def scalar(value: Any) -> str:
    """A text, a number, a truth value or null."""
    if isinstance(value, str):
        return quoted(value) if needs_quotes(value) else value
    return json.dumps(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def key(text: str) -> str:
    """A mapping's key: a number is the same key with and without quotes, and stands without; so does a merge."""
    number = resolve(text) if text else None
    return text if text == MERGE or (_is_number(number) and str(number) == text) else scalar(text)


def is_literal(text: str) -> bool:
    """Whether it may stand below ``|`` to the letter: lines of text, none of them with blanks at its end."""
    return "\n" in text and not UNPRINTABLE.search(text) and bool(LITERAL.fullmatch(text.rstrip("\n") + "\n"))
