"""Merge on commit: what a session changed since its snapshot goes into what the switch runs by now.

Facts are merged one by one: where the session changed an attribute its value wins, everything else stays as others left
it. That this is EOS's granularity is an assumption (the reference's section 12, number 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from .config import Block, Config, Interface, Vlan

K = TypeVar("K")
DICTIONARIES = ("users", "vlans", "vrfs", "interfaces", "routes")


def merged(base: Config, mine: Config, theirs: Config) -> Config:
    """``theirs`` with every change that leads from ``base`` to ``mine``."""
    values: dict[str, Any] = {}
    for name in DICTIONARIES:
        values[name] = _table(*(getattr(config, name) for config in (base, mine, theirs)))
    for name in ("routing", "routing6"):
        old, new, now = (getattr(config, name) for config in (base, mine, theirs))
        values[name] = (now | (new - old)) - (old - new)
    values["verbatim"] = _blocks(base.verbatim, mine.verbatim, theirs.verbatim)
    for name in ("hostname", "enable"):
        old, new, now = (getattr(config, name) for config in (base, mine, theirs))
        values[name] = new if new != old else now
    return replace(theirs, **values)


def _table(base: Mapping[K, Any], mine: Mapping[K, Any], theirs: Mapping[K, Any]) -> dict[K, Any]:
    result = dict(theirs)
    for key in {**base, **mine}:
        if mine.get(key) == base.get(key):
            continue
        if key in mine:
            result[key] = _entry(base.get(key), mine[key], theirs.get(key))
        else:
            result.pop(key, None)
    return result


def _entry(base: Any, mine: Any, theirs: Any) -> Any:
    """Attribute by attribute where all three have the thing, else as ``mine`` has it."""
    if base is None or theirs is None or not isinstance(mine, (Interface, Vlan)):
        return mine
    names = [field.name for field in fields(mine)]
    changed = {name: getattr(mine, name) for name in names if getattr(mine, name) != getattr(base, name)}
    return replace(theirs, **changed)


def _blocks(base: tuple[Block, ...], mine: tuple[Block, ...], theirs: tuple[Block, ...]) -> tuple[Block, ...]:
    old, new = ({block.line: block for block in blocks} for blocks in (base, mine))
    changed = {line: block for line, block in new.items() if old.get(line) != block}
    gone = old.keys() - new.keys()
    kept = [changed.pop(block.line, block) for block in theirs if block.line not in gone]
    return (*kept, *changed.values())
