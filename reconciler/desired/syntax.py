"""What is not YAML, in words: a parser often notices a slip some lines behind the place where it was made."""

from __future__ import annotations

import re
from typing import Any

QUOTES = 'put quotes around text that contains ": " or starts with a special character of YAML'
INDENT = "indent this line like its neighbours, or add the colon and the space that the line before lacks"
SLIP = re.compile(r"([a-z][A-Za-z]*6?)(?: +|: *)[^\s:]")
"""A field and its value in one word: `via 10.0.0.1`, `access:10`."""
NO_COLON = "could not find expected ':'"
HINTS = (
    ("\\t", "use spaces, not tabs"),
    ("mapping values are not allowed", QUOTES),
    (NO_COLON, "write 'key: value' or '- entry', and indent the further lines of a value"),
    ("<block end>", "start the entries of one mapping or list in the same column"),
    ("undefined alias", "define the anchor (&name) earlier in the same document"),
    ("cannot start any token", QUOTES),
    ("expected ',' or", "put a comma between entries, a colon and a space behind each name, and close the bracket"),
    ("end of stream", "close the quote or bracket"),
    ("<stream end>", "close the bracket that is still open at the end of the file"),
    ("unknown escape", "use single quotes, or double the backslash"),
)


def explained(error: Any, otherwise: tuple[int, int], text: str) -> tuple[int, int, str, str]:
    """Line, column, what is wrong and what would be right. ``error``: ruamel's; ``otherwise``: where it has no mark."""
    problem = str(error.problem or error.context)
    began = error.context_mark
    mark = began if began and NO_COLON in problem else error.problem_mark or began
    line, col = (mark.line + 1, mark.column + 1) if mark else otherwise
    opened = began.line + 1 if began and began.line + 1 < line else 0
    return (
        line,
        col,
        f"not valid YAML: {problem}",
        _right(problem, str(error.context), opened, _before(text, line, col)),
    )


def tight(name: str) -> str:
    """What follows the name of a field that lacks its colon may be a password."""
    slip = SLIP.match(name)
    return f"{slip[1]} …" if slip else name


def hint(problem: str) -> str:
    return next((right for sign, right in HINTS if sign in problem), "write it as YAML 1.2")


def _right(problem: str, context: str, opened: int, before: str) -> str:
    """``opened``: the earlier line that a bracket or a quote opens in; ``before``: what stands before on this line."""
    if opened and "flow" in context:
        return f"close the bracket that opens in line {opened}, or put a comma between its entries"
    if opened and "quoted scalar" in context:
        return f"close the quote that opens in line {opened}"
    if "mapping values are not allowed" in problem and ":" not in before:
        return INDENT
    return hint(problem)


def _before(text: str, line: int, col: int) -> str:
    lines = text.split("\n", line)
    return lines[line - 1][: col - 1] if line <= len(lines) else ""
