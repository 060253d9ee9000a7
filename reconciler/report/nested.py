"""Which parts of a nested value differ: ``nexthops[1].weight 1 → 2`` instead of both lists whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Part(NamedTuple):
    """One difference, ``None`` where a side has nothing. ``path``: from the attribute down to what differs."""

    path: str
    old: object
    new: object


def parts(name: str, old: object, new: object) -> Iterator[Part]:
    """The differences below the attribute ``name``, by path; the attribute itself unless both sides are nested."""
    if not (_is_nested(old) and _is_nested(new)):
        yield Part(name, old, new)
        return
    from deepdiff import DeepDiff  # costs 0.15 s to import: most plans have nothing nested

    found = [level for levels in DeepDiff(old, new, view="tree").values() for level in levels]
    for level in sorted(found, key=lambda level: level.path(output_format="list")):
        path = "".join(map(_step, level.path(output_format="list")))
        yield Part(name + path, *(None if _is_absent(side) else side for side in (level.t1, level.t2)))


def _is_nested(value: object) -> bool:
    """A mapping, or a list of mappings; a list of plain words is read best as a whole."""
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _step(key: object) -> str:
    return f"[{key}]" if isinstance(key, int) else f".{key}"


def _is_absent(side: object) -> bool:
    from deepdiff.helper import notpresent

    return side is notpresent
