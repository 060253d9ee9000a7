"""The command tree: patterns of words in, the one command that an abbreviated line means out.

A pattern is a row of tokens: ``word`` is a keyword, ``a|b`` either of two, ``name=a|b`` either, kept as an argument,
``NAME`` an argument of that type (`arguments.TYPES`), ``[...]`` may be left out. Keywords may be shortened as long as
only one line remains possible, as on EOS: `sh` in an interface is ambiguous (show, shutdown), `sh vlan` is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .arguments import IGNORED, TYPES, Argument, Words
from .refusal import AMBIGUOUS, INCOMPLETE, INVALID, Refused

H = TypeVar("H")
TOKEN = re.compile(r"\[|\]|[^\s\[\]]+")


@dataclass(slots=True)
class Node(Generic[H]):
    """A place in the tree. ``keywords``: by word, with the argument that the word is kept as, if any."""

    keywords: dict[tuple[str, str], Node[H]] = field(default_factory=dict)
    arguments: dict[str, Node[H]] = field(default_factory=dict)
    command: H | None = None


@dataclass(frozen=True, slots=True)
class Match(Generic[H]):
    """What a line means, and its arguments by name."""

    command: H
    arguments: dict[str, Any]


class Grammar(Generic[H]):
    """The commands of one mode."""

    def __init__(self) -> None:
        self._root: Node[H] = Node()

    def add(self, pattern: str, command: H) -> None:
        """Raises: ValueError for a pattern that is taken."""
        for tokens in _expanded(TOKEN.findall(pattern)):
            node = self._grown(tokens)
            if node.command is not None:
                raise ValueError(f"two commands for {' '.join(tokens)!r}")
            node.command = command

    def match(self, line: str) -> Match[H]:
        """Raises: Refused."""
        words = Words.of(line)
        survivors = list(_survivors(self._root, words, {}))
        if len(survivors) > 1:
            raise Refused(AMBIGUOUS)
        if not survivors:
            raise Refused(INVALID)
        node, arguments = survivors[0]
        if node.command is None:
            raise Refused(INCOMPLETE)
        return Match(node.command, arguments)

    def _grown(self, tokens: list[str]) -> Node[H]:
        node = self._root
        for token in tokens:
            if token.isupper():
                node = node.arguments.setdefault(token, Node())
            else:
                name, _, word = token.rpartition("=")
                node = node.keywords.setdefault((word, name), Node())
        return node


def _survivors(node: Node[H], words: Words, found: dict[str, Any]) -> Iterator[tuple[Node[H], dict[str, Any]]]:
    """The ends of all ways through the tree that ``words`` can mean."""
    if not words:
        yield node, found
        return
    fitting = _keywords(node, words.first.lower())
    for (word, name), child in fitting:
        yield from _survivors(child, words.after(1), {**found, name: word} if name else found)
    if fitting:
        return
    for kind, child in node.arguments.items():
        parsed = _parsed(TYPES[kind], words)
        if parsed is not None:
            value, taken = parsed
            kept = found if kind == IGNORED else {**found, kind.lower(): value}
            yield from _survivors(child, words.after(taken), kept)
            return


def _keywords(node: Node[H], word: str) -> list[tuple[tuple[str, str], Node[H]]]:
    """The whole word alone, else all that begin with it."""
    whole = [pair for pair in node.keywords.items() if pair[0][0] == word]
    return whole or [pair for pair in node.keywords.items() if pair[0][0].startswith(word)]


def _parsed(argument: Argument, words: Words) -> tuple[Any, int] | None:
    try:
        return argument(words)
    except ValueError:
        return None


def _expanded(tokens: list[str]) -> Iterator[list[str]]:
    """All rows that a pattern stands for: each ``[...]`` with and without, each ``a|b`` as a and as b."""
    if not tokens:
        yield []
        return
    head, rest = tokens[0], tokens[1:]
    if head == "[":
        inside, behind = _group(rest)
        yield from _expanded(inside + behind)
        yield from _expanded(behind)
        return
    name, equals, choice = head.rpartition("=")
    for word in choice.split("|"):
        yield from ([f"{name}{equals}{word}", *tail] for tail in _expanded(rest))


def _group(tokens: list[str]) -> tuple[list[str], list[str]]:
    """What stands before the closing bracket, and what after it."""
    depth = 1
    for place, word in enumerate(tokens):
        depth += (word == "[") - (word == "]")
        if depth == 0:
            return tokens[:place], tokens[place + 1 :]
    raise ValueError("a bracket is not closed")
