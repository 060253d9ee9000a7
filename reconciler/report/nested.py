"""Which parts of a nested value differ: ``nexthops[1].weight 1 → 2`` instead of both lists whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Part(NamedTuple):
    """One difference, ``None`` where a side has nothing. ``path``: from the attribute down to what differs."""

    path: str
    old: object
    new: object


class Leaf(NamedTuple):
    """The same, ``steps`` being the keys and indices from the top down."""

    steps: tuple[str | int, ...]
    old: object
    new: object

    @property
    def path(self) -> str:
        """As in ``Part``, beginning with ``.`` or ``[``."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)


def parts(name: str, old: object, new: object) -> Iterator[Part]:
    """The differences below the attribute ``name``, by path; the attribute itself unless both sides are nested."""
    if not (_is_nested(old) and _is_nested(new)):
        yield Part(name, old, new)
        return
    yield from (Part(name + leaf.path, leaf.old, leaf.new) for leaf in leaves(old, new))


def leaves(old: object, new: object) -> Iterator[Leaf]:
    """The differences of two mappings or lists, in the order of their paths."""
    from deepdiff import DeepDiff  # costs 0.15 s to import: most plans have nothing nested

    found = [level for levels in DeepDiff(old, new, view="tree").values() for level in levels]
    for level in sorted(found, key=lambda level: level.path(output_format="list")):
        sides = (None if _is_absent(side) else side for side in (level.t1, level.t2))
        yield Leaf(tuple(level.path(output_format="list")), *sides)


def _is_nested(value: object) -> bool:
    """A mapping, or a list of mappings; a list of plain words is read best as a whole."""
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _is_absent(side: object) -> bool:
    from deepdiff.helper import notpresent

    return side is notpresent
