"""The text of a file as values that know where they stood, so that comments find back to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reconciler.desired.scalars import resolve
from reconciler.desired.style.scalar import is_literal, key, scalar
from reconciler.desired.style.value import Entry, Spot, Value


class Span(NamedTuple):
    """Where a scalar stands: from ``start`` to the index ``end``; ``style``: its quote, ``|`` or ``>``, or None."""

    start: Spot
    end: int
    last_line: int
    style: str | None


@dataclass(slots=True)
class Part:
    """One document of a file: from the index ``begin`` (behind its ``---``, which stands at ``head``) to ``end``.

    ``aliased``: something stands for something before it, so nothing may change its place. ``strange``: it has what
    is hardly ever written and is not put into other words (anchors and aliases of keys, of whole documents).
    """

    head: int
    begin: int
    root: Value | None = None
    end: int = 0
    aliased: bool = False
    strange: bool = False


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet, and the key that waits for its value."""

    value: Value
    name: str = ""
    start: Spot | None = None


def _spot(mark: Any) -> Spot:
    return Spot(mark.index, mark.line, mark.column)


def _column(event: Any) -> int:
    """Where the entries of a collection begin: an anchor may stand before them, on the line of the key."""
    if not event.anchor or event.flow_style:
        return int(event.start_mark.column)
    mark = event.end_mark
    is_behind_dash = type(event).__name__ == "SequenceStartEvent" and mark.buffer[mark.pointer] != "-"
    return int(mark.column) - is_behind_dash


@dataclass(slots=True)
class Reader:
    """Listens to ruamel's events. Only what ``compose`` has nothing to complain of is to be used."""

    parts: list[Part] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    directives: bool = False
    _open: list[_Open] = field(default_factory=list)

    def hear(self, event: Any) -> None:
        name = type(event).__name__
        if name == "DocumentStartEvent":
            self._document(event)
        elif name == "ScalarEvent":
            self._scalar(event)
        elif name == "AliasEvent":
            self.parts[-1].aliased = True
            self._put(
                Value("scalar", f"*{event.anchor}", start=_spot(event.start_mark), end=event.end_mark.index), None
            )
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._begin(event, "map" if name.startswith("Map") else "list")
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            value = self._open.pop().value
            value.end = event.end_mark.index
            self._put(value, None)

    def _document(self, event: Any) -> None:
        self.directives |= event.version is not None or bool(event.tags)
        if self.parts:
            self.parts[-1].end = event.start_mark.index
        head = event.start_mark.index
        self.parts.append(Part(head, event.end_mark.index if event.explicit else head))

    def _begin(self, event: Any, shape: Any) -> None:
        start = _spot(event.start_mark)._replace(col=_column(event))
        value = Value(shape, anchor=event.anchor or "", start=start, braces=bool(event.flow_style))
        if event.anchor and not self._open:
            self.parts[-1].strange = True
        self._open.append(_Open(value))

    def _scalar(self, event: Any) -> None:
        start, text = _spot(event.start_mark), event.value
        self.spans.append(Span(start, event.end_mark.index, event.end_mark.line, event.style))
        value = Value("scalar", anchor=event.anchor or "", start=start, end=event.end_mark.index)
        if event.style is None and not isinstance(resolve(text), str):
            value.text = text or "null"
        elif is_literal(text):
            value.shape, value.text = "literal", text
        else:
            value.text = scalar(text)
        self._put(value, text if event.style is not None or type(resolve(text)) is not int else str(resolve(text)))

    def _put(self, value: Value, name: str | None) -> None:
        """A document, an item, a key, or the value of the waiting key; ``name``: what it is as a key."""
        if not self._open:
            self.parts[-1].root = value
            return
        here = self._open[-1]
        if here.value.shape == "list":
            here.value.entries.append(Entry(value, start=value.start))
        elif here.start is None:
            self.parts[-1].strange |= name is None or bool(value.anchor)
            here.name, here.start = name or "", value.start
        else:
            here.value.entries.append(Entry(value, here.name, key(here.name), start=here.start))
            here.start = None
