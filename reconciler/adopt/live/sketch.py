"""A document in the making: what it says, what was taken out of it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.adopt.numbered import Path, key_of
from reconciler.desired.style import Draft

IGNORED = "what differs today; take a line out to have it put right"


@dataclass
class Sketch:
    """``lines``: the comment above. ``notes``: at values, by the identity of a list's item or by path in mappings."""

    kind: str
    name: str
    spec: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    notes: dict[Path, str] = field(default_factory=dict)
    _items: list[tuple[str, Any, str]] = field(default_factory=list)

    def add(self, section: str, item: Any, note: str = "") -> None:
        """Put an item at the end of one of its lists, with a comment behind it."""
        self.spec.setdefault(section, []).append(item)
        if note:
            self._items.append((section, item, note))

    def take(self, path: Sequence[str | int]) -> Any:
        """Take the value at ``path`` within the spec out, and a section that it leaves empty; None: it is not there."""
        inner: Any = self.spec
        for step in path[:-1]:
            inner = _child(inner, step)
        key = key_of(inner, path[-1])
        try:
            taken = inner.pop(key)
        except (KeyError, IndexError, AttributeError, TypeError):
            return None
        if not inner and 1 < len(path) <= (3 if path[0] == "bgp" else 2):
            self.take(path[:-1])
        return taken

    def draft(self) -> Draft:
        sections = {section for section, _, _ in self._items}
        places = {(name, id(one)): place for name in sections for place, one in enumerate(self.spec.get(name, ()))}
        items = [(section, places.get((section, id(item))), note) for section, item, note in self._items]
        notes = self.notes | {(section, place): note for section, place, note in items if place is not None}
        if self.spec.get("ignore"):
            notes[("ignore",)] = IGNORED
        return Draft(self.kind, self.name, self.spec, "\n".join(self.lines), notes)


def _child(inner: Any, step: str | int) -> Any:
    if isinstance(inner, list):
        return inner[step] if isinstance(step, int) and step < len(inner) else None
    return inner.get(key_of(inner, step)) if isinstance(inner, dict) else None
