"""Calico's selectors over labels: `has(rack) && zone == "a"`, as pools choose their nodes by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.desired.suggestion import alike

Labels = Mapping[str, str]
Test = Callable[[Labels], bool]
TOKEN = re.compile(r"""\s*(\|\||&&|==|!=|[!(){},]|"[^"]*"|'[^']*'|[A-Za-z0-9_./-]{1,512})""")
LABEL = re.compile(r"[A-Za-z0-9_./-]+")
LONGEST = 4000
DEEPEST = 30
OPERATORS = ("in", "not", "contains", "starts", "ends")


class Unreadable(Exception):
    """What is wrong with a selector, for its author."""


@dataclass(frozen=True, slots=True)
class Selector:
    """``matches`` judges a node's labels; ``keys`` are the labels that it asks for."""

    matches: Test
    keys: frozenset[str]


def selector(text: str) -> Selector:
    """An empty text selects all (Calico libcalico-go/lib/selector). Raises: Unreadable."""
    if len(text) > LONGEST:
        raise Unreadable(f"it has more than {LONGEST} characters")
    reading = _Reading(_tokens(text))
    test = reading.either() if reading.tokens else _all
    if reading.tokens:
        raise Unreadable(f"{reading.tokens[0]!r} was not expected")
    return Selector(test, frozenset(reading.keys))


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while text[at:].strip():
        token = TOKEN.match(text, at)
        if token is None:
            raise Unreadable(f"{text[at:].strip()[:20]!r} was not expected")
        found.append(token[1])
        at = token.end()
    return found


def _all(_labels: Labels) -> bool:
    return True


class _Reading:
    """Takes the tokens off the front, one rule of the grammar a method."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.keys: set[str] = set()
        self._depth = 0

    def either(self) -> Test:
        tests = [self._both()]
        while self._takes("||"):
            tests.append(self._both())
        return lambda labels: any(test(labels) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._takes("&&"):
            tests.append(self._single())
        return lambda labels: all(test(labels) for test in tests)

    def _single(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable(f"it is nested more than {DEEPEST} levels deep")
        test = self._unnested()
        self._depth -= 1
        return test

    def _unnested(self) -> Test:
        if self._takes("!"):
            inner = self._single()
            return lambda labels: not inner(labels)
        if self._takes("("):
            inner = self.either()
            self._must(")")
            return inner
        word = self._next()
        if self._takes("("):
            return self._function(word)
        if not LABEL.fullmatch(word):
            raise Unreadable(f"{word!r} is no label")
        return self._comparison(word)

    def _function(self, name: str) -> Test:
        if name in ("all", "global"):
            self._must(")")
            return _all
        if name != "has":
            raise Unreadable(f"there is no {name}(){_meant(name, ('all', 'has'))}")
        key = self._next()
        self.keys.add(key)
        self._must(")")
        return lambda labels: key in labels

    def _comparison(self, key: str) -> Test:
        self.keys.add(key)
        operator = self._next()
        if operator in ("==", "!="):
            value, wanted = self._text(), operator == "=="
            return lambda labels: (labels.get(key) == value) == wanted
        if operator == "in":
            return self._member(key)
        if operator == "not":
            self._must("in")
            among = self._member(key)
            return lambda labels: not among(labels)
        return self._part(key, operator)

    def _part(self, key: str, operator: str) -> Test:
        if operator == "contains":
            inner = self._text()
            return lambda labels: inner in labels.get(key, "") and key in labels
        if operator not in ("starts", "ends"):
            raise Unreadable(f"{operator!r} was not expected behind {key}{_meant(operator, ('==', *OPERATORS))}")
        self._must("with")
        end = self._text()
        if operator == "starts":
            return lambda labels: key in labels and labels[key].startswith(end)
        return lambda labels: key in labels and labels[key].endswith(end)

    def _member(self, key: str) -> Test:
        self._must("{")
        values = set()
        while not self._takes("}"):
            values.add(self._text())
            if self.tokens[:1] != ["}"]:
                self._must(",")
        return lambda labels: labels.get(key) in values

    def _text(self) -> str:
        token = self._next()
        if token[0] not in "\"'":
            raise Unreadable(f"{token} has no quotes")
        return token[1:-1]

    def _takes(self, token: str) -> bool:
        if self.tokens[:1] != [token]:
            return False
        del self.tokens[0]
        return True

    def _must(self, token: str) -> None:
        if not self._takes(token):
            raise Unreadable(f"{token!r} is missing{f' before {self.tokens[0]!r}' if self.tokens else ' at the end'}")

    def _next(self) -> str:
        if not self.tokens:
            raise Unreadable("it ends too early")
        return self.tokens.pop(0)


def _meant(word: str, known: tuple[str, ...]) -> str:
    right = alike(word, known)
    return f", {right}" if right else ""
