"""What can be said of a file's text before it is parsed: how much it holds at most, and what must not be in it."""

from __future__ import annotations

import re

from reconciler.desired.codes import Code

MAX_VALUES = 1_000_000
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
SIGNS = (",", "\n", "[", "{", "- ", ": ", "? ")
"""There is no value without one of them before it. Counting them takes milliseconds, parsing takes minutes."""


BREAK = re.compile(r"[\s,]")
WORD = 50_000
"""Characters of a word that nobody writes; a parser looks at each of them several times."""


def refusal(text: str) -> tuple[int, int, Code, str, str] | None:
    """Line, column, code, what is wrong and what would be right; None: it can be parsed."""
    if sum(text.count(sign) for sign in SIGNS) > MAX_VALUES:
        return 1, 1, Code.FILE_TOO_LARGE, f"the file has more than {MAX_VALUES:,} lines and values", "split it"
    if any(not BREAK.search(text, at, at + WORD) for at in range(0, len(text) - WORD + 1, WORD)):
        return 1, 1, Code.FILE_TOO_LARGE, f"the file has a word of more than {WORD:,} characters", "split it"
    if found := UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        col = found.start() - text.rfind("\n", 0, found.start())
        return line, col, Code.CONTROL_CHARACTER, f"control character U+{ord(found[0]):04X}", "remove it"
    return None
