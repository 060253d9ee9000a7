"""Files that have been parsed before need not be parsed again, which is most of what reading a repository costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.desired import files
from reconciler.desired.compose import Fault, compose
from reconciler.desired.kept import Kept
from reconciler.desired.tree import Tree

Parsed = tuple[list[Tree], list[Fault]]
Parse = Callable[[bytes], Parsed]
NAME = "trees"


def parse(data: bytes) -> Parsed:
    """The documents of a file, and what is wrong with its form. Raises: files.Unfit for what is no text."""
    return compose(files.decode(data))


def parse_once(kept: Kept) -> Parse:
    """As ``parse``, with what was kept of files of which all is right and nothing is said by an alias."""

    def once(data: bytes) -> Parsed:
        if (trees := _trees(kept.find(NAME, data))) is not None:
            return trees, []
        parsed = parse(data)
        if not parsed[1] and not any(one.aliases for one in parsed[0]):
            kept.add(NAME, data, [_flat(one) for one in parsed[0]])
        return parsed

    return once


def _trees(found: list[Any] | None) -> list[Tree] | None:
    try:
        return None if found is None else [_tree(one) for one in found]
    except (TypeError, LookupError, AttributeError):
        return None


def _flat(one: Tree) -> list[Any]:
    """``[line, col, value]``; a mapping's values have the place of their key behind them."""
    value = one.value
    if isinstance(value, dict):
        value = {key: [*_flat(inner), *one.keys[key]] for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_flat(inner) for inner in value]
    return [one.line, one.col, value]


def _tree(flat: list[Any]) -> Tree:
    made = Tree(flat[2], flat[0], flat[1])
    if type(flat[2]) is dict:
        made.keys = {key: (inner[3], inner[4]) for key, inner in flat[2].items()}
        made.value = {key: _tree(inner) for key, inner in flat[2].items()}
    elif type(flat[2]) is list:
        made.value = [_tree(inner) for inner in flat[2]]
    return made
