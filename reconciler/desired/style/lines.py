"""Values to lines of YAML: what is small stands in braces on one line, everything else in lines of its own."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.style.value import Entry, Value

WIDTH = 120
STEP = 2
SPEC = 1
"""The depth of ``spec`` and ``metadata``: down to the fields in them only what is flat stands on one line."""


def document(root: Value) -> list[str]:
    """The lines of a whole document, without the ``---`` before it."""
    found: list[str] = []
    for entry in root.entries:
        found += _entry(entry, 0, SPEC)
    return found + root.foot


def _tallest(depth: int, name: str) -> int:
    """How many levels may stand on one line."""
    return 1 if depth <= SPEC + 1 and name != "metadata" else 2


def flow(value: Value) -> str:
    """On one line, in braces; only for what ``is_one_line``."""
    if value.shape == "scalar":
        return f"{_mark(value)}{value.text}"
    inner = ", ".join(
        f"{entry.key}: {flow(entry.value)}" if entry.key else flow(entry.value) for entry in value.entries
    )
    return _mark(value) + (f"{{{inner}}}" if value.shape == "map" else f"[{inner}]")


def _entry(entry: Entry, indent: int, depth: int) -> list[str]:
    lead = " " * indent + (f"{entry.key}:" if entry.key else "-")
    value, above = entry.value, _indented(entry.above, indent)
    if value.is_one_line and value.height <= _tallest(depth, entry.name):
        line = f"{lead} {flow(value)}".rstrip()
        if len(line) <= WIDTH or not value.is_open:
            return [*above, *_with_end(line, entry)]
    if _has_no_line(entry):
        above += _indented(entry.end, indent)
    return [
        *above,
        *(_literal(lead, value, indent) if value.shape == "literal" else _block(lead, entry, indent, depth)),
    ]


def _indented(lines: list[str], indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in lines]


def _with_end(line: str, entry: Entry) -> Iterator[str]:
    """The comment behind a line keeps its column where it can."""
    if not entry.end:
        yield line
        return
    column = max(entry.column - 1, len(line) + 2)
    yield line.ljust(column) + entry.end[0]
    for further in entry.end[1:]:
        yield " " * column + further


def _literal(lead: str, value: Value, indent: int) -> Iterator[str]:
    body = value.text.rstrip("\n")
    ends = len(value.text) - len(body)
    yield f"{lead} {_mark(value)}|{'-' if not ends else '' if ends == 1 else '+'}"
    for line in body.split("\n") + [""] * (ends - 1):
        yield " " * (indent + STEP) + line if line else ""


def _block(lead: str, entry: Entry, indent: int, depth: int) -> Iterator[str]:
    """A list or a mapping, an entry a line; the first key of a list's item stands beside its dash."""
    value, inside = entry.value, indent + STEP
    lines = [line for inner in value.entries for line in _entry(inner, inside, depth + 1)]
    lines += _indented(value.foot, inside)
    if _has_no_line(entry):
        yield f"{lead} {lines[0].lstrip()}"
        yield from lines[1:]
        return
    yield from _with_end(f"{lead} {_mark(value)}".rstrip(), entry)
    yield from lines


def _mark(value: Value) -> str:
    return f"&{value.anchor} " if value.anchor else ""


def _has_no_line(entry: Entry) -> bool:
    """Whether a comment behind it would stand behind its first key, or within its text."""
    value = entry.value
    return value.shape == "literal" or (not entry.key and value.shape == "map" and not value.anchor)
