"""A YAML document as it stands in its file: every value with its line and column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Tree:
    """One value and where it stands (``line`` and ``col`` from 1).

    ``value`` is a scalar, a list of trees, or a dict of trees by key, keys as text (``10`` and ``"10"`` are one key).
    ``keys`` are the places of a mapping's keys. ``size``, ``height`` and ``aliases`` count values, levels and aliases
    once every alias is written out, so that a bomb is seen before it goes off.
    """

    __slots__ = ("aliases", "col", "height", "keys", "line", "size", "value")

    def __init__(self, value: Any, line: int, col: int) -> None:
        self.value: Any = value
        self.line = line
        self.col = col
        self.keys: dict[str, tuple[int, int]] = {}
        self.size = 1
        self.height = 0
        self.aliases = 0

    def grow(self, inner: Tree) -> None:
        """Count ``inner`` as a part."""
        self.size += inner.size
        self.aliases += inner.aliases
        self.height = max(self.height, inner.height + 1)

    def child(self, step: str | int) -> Tree | None:
        """The value under a key or an index."""
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and isinstance(step, int) and -len(self.value) <= step < len(self.value):
            item: Tree = self.value[step]
            return item
        return None

    def nearest(self, path: Sequence[str | int]) -> Tree:
        """The value at ``path``, or the last one on the way to it."""
        node = self
        for step in path:
            inner = node.child(step)
            if inner is None:
                break
            node = inner
        return node

    def key_place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Where the key of the value at ``path`` stands; of a list's item: where the item stands."""
        parent = self.nearest(path[:-1])
        inner = parent.child(path[-1]) if path else None
        here = inner or parent
        return parent.keys.get(str(path[-1]), (here.line, here.col)) if path else (here.line, here.col)

    def plain(self) -> Any:
        """The bare data: dicts with text keys, lists, scalars."""
        if isinstance(self.value, dict):
            return {key: inner.plain() for key, inner in self.value.items()}
        if isinstance(self.value, list):
            return [inner.plain() for inner in self.value]
        return self.value
