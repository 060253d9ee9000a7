"""The commands that a topology has run on a node, as words: with or without a shell around them, never run by us."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from reconciler.adopt.containerlab.topology import Line

SHELLS = frozenset({"sh", "bash", "ash", "dash"})
SHELL_FLAGS = frozenset({"-c", "-lc", "-ec", "-xc", "-exc", "-ce"})
BETWEEN = frozenset({";", "&&", ";;", "\n"})
SIGNS = frozenset("$`*?[]{}~<>|&()")
"""What a shell would make something else of."""
LONGEST = 20_000
"""Characters; more is a program, not a line."""


class NotUnderstood(Exception):
    """A command that is more than words; the text says why."""


def commands(line: Line) -> Iterator[list[str]]:
    """The commands of one ``exec`` line, each as its words. Raises: NotUnderstood."""
    if len(line.text) > LONGEST:
        raise NotUnderstood(f"longer than {LONGEST:,} characters")
    words = _split(line.text, punctuation=False)
    program = words[0].rpartition("/")[2] if words else ""
    if program in SHELLS and len(words) == 3 and words[1] in SHELL_FLAGS:
        yield from _of_shell(words[2])
    elif words:
        yield words


def _of_shell(script: str) -> Iterator[list[str]]:
    """Commands one after the other; whatever else a shell can do is not followed."""
    command: list[str] = []
    for part in script.split("\n"):
        for word in _split(part, punctuation=True):
            if word in BETWEEN:
                yield from filter(None, [command])
                command = []
            elif SIGNS & set(word):
                raise NotUnderstood(f"{word!r} means something to the shell")
            else:
                command.append(word)
        yield from filter(None, [command])
        command = []


def _split(text: str, *, punctuation: bool) -> list[str]:
    """Words as a shell splits them; with ``punctuation`` its signs are words of their own."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=punctuation)
    lexer.whitespace_split = True
    lexer.commenters = "#" if punctuation else ""
    try:
        return list(lexer)
    except ValueError as error:
        raise NotUnderstood(str(error).lower()) from None
