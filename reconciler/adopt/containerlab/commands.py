"""The commands that a topology has run on a node, as words: with or without a shell around them, never run by us."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from reconciler.adopt.containerlab.topology import Line
from reconciler.switch.eos.shown import shown

SHELLS = frozenset({"sh", "bash", "ash", "dash"})
SHELL_FLAGS = frozenset({"-c", "-lc", "-ec", "-xc", "-exc", "-ce"})
BETWEEN = frozenset({";", "&&", ";;", "\n"})
SIGNS = frozenset("$`*?[]{}~<>|&()")
"""What a shell would make something else of."""
WHATEVER = re.compile(r" *\|\| *(true|:)(?= *(?:;|&&|$))")
"""A command that may fail."""
PROGRAM = re.compile(r"[\w.+-]+")
OBJECTS = {"ip": ("address", "route", "link", "neighbour", "neighbor", "rule"), "bridge": ("fdb", "link", "vlan")}
"""By program: what commands are about that hold no secret, as those of `ip xfrm` and `ip netns exec` may."""
LONGEST = 20_000
"""Characters; more is a program, not a line."""


class NotUnderstood(Exception):
    """A command that is more than words; the text says why."""


def told(text: str, command: Sequence[str] = ()) -> str:
    """A line in quotes, or that ``command`` of it: of others than addresses, routes and links the program alone.

    Whatever else is run may have a password in any of its words.
    """
    words = list(command) or text.split()
    program = words[0].rpartition("/")[2] if words else ""
    objects = [word for word in words[1:] if not word.startswith("-")]
    if program in OBJECTS and objects and any(name.startswith(objects[0]) for name in OBJECTS[program]):
        return shown(shlex.join(command) if command else text)
    return shown(f"{program} …" if PROGRAM.fullmatch(program) else "…")


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
        for word in _split(WHATEVER.sub("", part), punctuation=True):
            if word in BETWEEN:
                yield from filter(None, [command])
                command = []
            elif signs := sorted(SIGNS & set(word)):
                raise NotUnderstood(f"{signs[0]!r} means something to the shell")
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
