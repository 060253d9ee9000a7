"""Data as if it stood in a file, each value on a line of its own, so that the place of a fault leads to its value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from reconciler.desired.tree import Tree

Path = tuple[str | int, ...]
NUMBER = re.compile(r"[0-9]{1,9}")


def numbered(value: Any) -> tuple[Tree, dict[int, Path]]:
    """The tree, keys as texts, and the path of the value on each line."""
    places: dict[int, Path] = {}
    return _tree(value, (), places, count(1)), places


def _tree(value: Any, path: Path, places: dict[int, Path], lines: Iterator[int]) -> Tree:
    line = next(lines)
    places[line] = path
    if isinstance(value, Mapping):
        value = {str(key): _tree(inner, (*path, str(key)), places, lines) for key, inner in value.items()}
    elif isinstance(value, (list, tuple)):
        value = [_tree(inner, (*path, number), places, lines) for number, inner in enumerate(value)]
    return Tree(value, line, 1)


def key_of(data: Any, step: str | int) -> Any:
    """One step of a path as the key that is there: VLANs are numbers in documents, and texts in paths."""
    if not isinstance(data, Mapping) or step in data or not isinstance(step, str):
        return step
    return int(step) if NUMBER.fullmatch(step) and int(step) in data else step


def order(path: Path) -> tuple[tuple[bool, int | str], ...]:
    """For sorting: numbers among themselves, and before texts."""
    return tuple((isinstance(step, str), step) for step in path)
