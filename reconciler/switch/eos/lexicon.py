"""Which lines of a stanza we understand, by their first words; bodies that are alike are read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeVar

from reconciler.switch.eos.config import INDENT, SEPARATORS

Told = tuple[str, object] | None
"""An attribute and its value; None: the line belongs to another feature after all."""
Reader = Callable[[str], Told]
"""Reads what stands behind the first words. Raises: ValueError: it speaks of our attribute and is not understood."""
T = TypeVar("T")

LEVEL = len(INDENT)


class Understood(NamedTuple):
    """``values``: by attribute, in order; ``rest``: lines of other features; ``trouble``: one that should be ours."""

    values: Mapping[str, list[object]]
    rest: tuple[str, ...]
    trouble: str = ""

    def one(self, name: str, default: T) -> T:
        """The value of a line that EOS keeps once; a later one would have replaced an earlier one."""
        found = self.values.get(name)
        return found[-1] if found else default  # type: ignore[return-value]

    def many(self, name: str) -> tuple[str, ...]:
        return tuple(str(value) for value in self.values.get(name, ()))


class Lexicon:
    """``flags``: whole lines and what they say; ``readers``: by the first words of a line."""

    def __init__(self, flags: Mapping[str, tuple[str, object]], readers: Mapping[str, Reader]) -> None:
        self._flags = flags
        self._by_word: dict[str, list[tuple[str, Reader]]] = {}
        for first in sorted(readers, key=len, reverse=True):
            self._by_word.setdefault(first.partition(" ")[0], []).append((first, readers[first]))
        self.read = lru_cache(maxsize=4096)(self._read)

    def _read(self, body: str) -> Understood:
        """Only the first level counts: `no shutdown` two levels down belongs to something else."""
        values: dict[str, list[object]] = {}
        rest: list[str] = []
        trouble = ""
        for line in body.split("\n"):
            if line.strip() in SEPARATORS:
                continue
            try:
                told = None if line[LEVEL] == " " else self.line(line[LEVEL:].rstrip())
            except ValueError:
                told, trouble = None, trouble or line
            if told is None:
                rest.append(line)
            else:
                values.setdefault(told[0], []).append(told[1])
        return Understood(values, tuple(rest), trouble)

    def line(self, text: str) -> Told:
        """Raises: ValueError."""
        if text in self._flags:
            return self._flags[text]
        for first, reader in self._by_word.get(text.partition(" ")[0], ()):
            if text.startswith(first) and text[len(first) :][:1] in ("", " "):
                return reader(text[len(first) + 1 :])
        return None


def value(name: str, convert: Callable[[str], object]) -> Reader:
    return lambda text: (name, convert(text))


def one_of(*words: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return convert


def word(text: str) -> str:
    if not text or " " in text:
        raise ValueError(text)
    return text


def number(lowest: int, highest: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(highest))):
            raise ValueError(text)
        if not lowest <= int(text) <= highest:
            raise ValueError(text)
        return int(text)

    return convert


def described(text: str) -> Told:
    """Free text to the end of the line; without any it says nothing."""
    return ("description", text) if text else None
