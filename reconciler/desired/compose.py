"""Text to trees of values that know their line; whatever an untrusted file can do wrong ends here, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from reconciler.desired.characters import MAX_VALUES, UNPRINTABLE, refusal
from reconciler.desired.codes import Code
from reconciler.desired.scalars import resolve
from reconciler.desired.syntax import explained, hint, tight
from reconciler.desired.tree import Tree

MAX_ALIASES = 1_000
MAX_DEPTH = 50
MAX_FAULTS = 1_000
"""Mistakes of form in one file; whoever makes more of them by hand does not read more of them either."""
CORE_TAGS = "tag:yaml.org,2002:"


class Fault(NamedTuple):
    """What is wrong in one file, where, and what would be right."""

    line: int
    col: int
    code: Code
    what: str
    right: str


class Unusable(Exception):
    """Nothing after this place can be understood."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


def compose(text: str, listener: Callable[[Any], None] | None = None) -> tuple[list[Tree], list[Fault]]:
    """The documents of one file, up to the place where it stops being YAML, and everything wrong with the form.

    ``listener`` hears each event of ruamel's that is understood.
    """
    builder = _Builder()
    try:
        if refused := refusal(text):
            raise Unusable(Fault(*refused))
        for event in _events(text):
            builder.take(event)
            if listener is not None:
                listener(event)
    except Unusable as stop:
        builder.faults.append(stop.fault)
    return builder.trees, builder.faults


def _events(text: str) -> Any:
    """ruamel's events; each of its errors becomes a fault with a place."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    place = (1, 1)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            place = (event.start_mark.line + 1, event.start_mark.column + 1)
            yield event
    except MarkedYAMLError as error:
        line, col, what, right = explained(error, place, text)
        raise Unusable(Fault(line, col, Code.NOT_YAML, what, right)) from None
    except (YAMLError, ValueError, OverflowError, LookupError, AttributeError, TypeError, AssertionError) as error:
        # Strange directives and escapes end in Python errors within ruamel; to the author they are bad YAML too.
        words = str(error).splitlines()[0] if str(error) else "cannot be parsed"
        raise Unusable(Fault(*place, Code.NOT_YAML, f"not valid YAML: {words}", hint(words))) from None


@dataclass(slots=True)
class _Frame:
    """A mapping or list whose end has not come yet; ``key`` waits for its value."""

    tree: Tree
    anchor: str | None
    key: tuple[str, Tree] | None = None
    merged: tuple[Tree, ...] = ()


class _Builder:
    """Puts events together. Faults that leave the rest readable are collected, the others raise ``Unusable``."""

    def __init__(self) -> None:
        self.trees: list[Tree] = []
        self.faults: list[Fault] = []
        self._open: list[_Frame] = []
        self._anchors: dict[str, Tree | None] = {}
        self._aliases = 0
        self._takers: dict[str, Callable[[Any], None]] = {
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "MappingStartEvent": self._begin,
            "SequenceStartEvent": self._begin,
            "MappingEndEvent": self._end,
            "SequenceEndEvent": self._end,
            "DocumentStartEvent": self._document,
        }

    def take(self, event: Any) -> None:
        taker = self._takers.get(type(event).__name__)
        if taker is not None:
            taker(event)

    def _document(self, _event: Any) -> None:
        self._anchors = {}

    def _scalar(self, event: Any) -> None:
        tree = self._tree(event, event.value)
        if not event.value and self._open and self._open[-1].key is not None:
            _, key = self._open[-1].key
            tree.line, tree.col = key.line, key.col  # YAML puts a value that is not there before the next key
        if found := UNPRINTABLE.search(event.value):
            self._fault(tree, Code.CONTROL_CHARACTER, f"control character U+{ord(found[0]):04X}", "remove it")
        if event.style is None and event.ctag is None:
            tree.value = resolve(event.value)
        if event.anchor:
            self._anchors[event.anchor] = tree
        self._place(tree, event.value)

    def _alias(self, event: Any) -> None:
        here = self._tree(event, None)
        if event.anchor not in self._anchors:
            words = "define its anchor (&) earlier in the document, or put quotes around text that begins with *"
            self._stop(here, Code.BAD_ALIAS, "undefined alias", words)  # not which: it may be a password without quotes
        target = self._anchors[event.anchor]
        if target is None:
            self._stop(here, Code.BAD_ALIAS, f"alias *{event.anchor} is inside its own anchor", "remove the alias")
        here.value, here.keys = target.value, target.keys
        here.size, here.height, here.aliases = target.size, target.height, target.aliases + 1
        self._check_bounds(here)
        self._place(here, str(target.value))

    def _begin(self, event: Any) -> None:
        tree = self._tree(event, {} if type(event).__name__ == "MappingStartEvent" else [])
        if len(self._open) >= MAX_DEPTH:
            self._stop(tree, Code.NESTED_TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep", "flatten the document")
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Frame(tree, event.anchor))

    def _end(self, _event: Any) -> None:
        frame = self._open.pop()
        for merged in frame.merged:
            self._merge(frame.tree, merged)
        if frame.anchor:
            self._anchors[frame.anchor] = frame.tree
        self._place(frame.tree, None)

    def _place(self, tree: Tree, text: str | None) -> None:
        """Put a finished value where it belongs: a document, an item, a key, or the value of the waiting key."""
        if not self._open:
            self.trees.append(tree)
            return
        frame = self._open[-1]
        if isinstance(frame.tree.value, list):
            frame.tree.value.append(tree)
            frame.tree.grow(tree)
        elif frame.key is None:
            frame.key = self._key(tree, text), tree
        else:
            self._entry(frame, *frame.key, tree)
            frame.key = None

    def _key(self, tree: Tree, text: str | None) -> str:
        if isinstance(tree.value, (dict, list)) or text is None:
            self._stop(tree, Code.BAD_KEY, "a mapping or a list as a key", "use a word or a number")
        return str(tree.value) if type(tree.value) is int else text

    def _entry(self, frame: _Frame, key: str, at: Tree, tree: Tree) -> None:
        mapping = frame.tree
        if key == "<<":
            frame.merged += tuple(tree.value) if isinstance(tree.value, list) else (tree,)
        elif key in mapping.value:
            line = mapping.keys[key][0]
            self._fault(at, Code.DUPLICATE_KEY, f"duplicate key {tight(key)!r} (first on line {line})", "remove one")
        else:
            mapping.value[key] = tree
            mapping.keys[key] = (at.line, at.col)
        mapping.grow(tree)

    def _merge(self, mapping: Tree, merged: Tree) -> None:
        """``<<``: what the mapping does not say itself (Kubernetes' YAML reader knows it, YAML 1.2 left it out)."""
        if not isinstance(merged.value, dict):
            self._fault(
                merged, Code.BAD_MERGE, "'<<' takes a mapping", "give it an alias of one, such as <<: *defaults"
            )
            return
        for key, tree in merged.value.items():
            if key not in mapping.value:
                mapping.value[key] = tree
                mapping.keys[key] = merged.keys[key]

    def _tree(self, event: Any, value: Any) -> Tree:
        tree = Tree(value, event.start_mark.line + 1, event.start_mark.column + 1)
        if getattr(event, "ctag", None) is not None:
            self._fault(
                tree,
                Code.YAML_TAG,
                f"tag {str(event.ctag).replace(CORE_TAGS, '!!')} is not allowed",
                "remove the tag, and put the value in quotes if it is text",
            )
        return tree

    def _check_bounds(self, alias: Tree) -> None:
        self._aliases += alias.aliases
        if self._aliases > MAX_ALIASES:
            self._stop(
                alias, Code.TOO_MANY_ALIASES, f"more than {MAX_ALIASES:,} alias expansions", "write the values out"
            )
        if len(self._open) + alias.height > MAX_DEPTH:
            self._stop(alias, Code.NESTED_TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep", "flatten the document")
        if sum(frame.tree.size for frame in self._open) + alias.size > MAX_VALUES:
            self._stop(
                alias,
                Code.TOO_MANY_ALIASES,
                f"more than {MAX_VALUES:,} values once aliases are expanded",
                "make the document smaller",
            )

    def _fault(self, tree: Tree, code: Code, what: str, right: str) -> None:
        if len(self.faults) >= MAX_FAULTS:
            self._stop(tree, code, f"more than {MAX_FAULTS:,} mistakes of form", "mend those before first")
        self.faults.append(Fault(tree.line, tree.col, code, what, right))

    def _stop(self, tree: Tree, code: Code, what: str, right: str) -> NoReturn:
        raise Unusable(Fault(tree.line, tree.col, code, what, right))
