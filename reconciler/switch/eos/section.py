"""What one stanza holds: resources that we model, and the lines that are somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.core.resource import Key, Resource
from reconciler.switch.eos.config import INDENT

LEVEL = len(INDENT)


@dataclass(frozen=True, slots=True)
class Section:
    """``rest``: lines that no attribute of ours explains, verbatim, by the resource whose stanza they stand in."""

    resources: tuple[Resource, ...]
    rest: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)


def known_and_rest(body: Iterable[str], known: re.Pattern[str]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Values of the lines that ``known`` explains, by the name of its group; and all other lines.

    Only the first level counts: `no shutdown` two levels down belongs to something else.
    """
    values: dict[str, list[str]] = {}
    rest: list[str] = []
    for line in body:
        found = known.fullmatch(line, LEVEL) if line[LEVEL : LEVEL + 1] != " " else None
        if found is None or found.lastgroup is None:
            rest.append(line)
        else:
            values.setdefault(found.lastgroup, []).append(found.group(found.lastgroup).rstrip())
    return values, tuple(rest)


def one(values: Mapping[str, list[str]], name: str) -> str | None:
    """The value of a line that EOS keeps once; a later one would have replaced an earlier one."""
    found = values.get(name)
    return found[-1] if found else None
