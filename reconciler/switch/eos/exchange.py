"""Orders to a switch and what it says to them: taken, taken with a notice, or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from reconciler.core.driver import Failure, Line
from reconciler.switch.dialogue import Lost, Say

RUNNING_CONFIG = "show running-config"
REFUSED = re.compile(
    r"^(?:% (?!Access VLAN does not exist).+|! Interface does not exist.*|.*Maximum number of pending sessions.*)",
    re.MULTILINE,
)
"""Answers that mean no. A line with ``!`` is a notice and the command was taken, but a port that is not there is no
notice for us; and that EOS makes a port's access VLAN is a notice, whatever it begins with."""
LOCKED = re.compile("configuration is locked", re.IGNORECASE)
UNKNOWN_COMMAND = re.compile(r"^% (?:Invalid input|Unavailable command|Incomplete command|Unsupported command)", re.M)
"""What a switch says to a command that its version or its platform does not have (eos.md 2.6)."""

LOGGED = re.compile(r"^\w{3} +\d+ [\d:.]+ \S+ (?:\S+ )?\S+: %[A-Z0-9_]+-\d-[A-Z0-9_]+: .*\n?", re.MULTILINE)
"""A message of the log that a terminal which monitors it shows between the lines of an answer (eos.md 7)."""

T = TypeVar("T")
Asking = Generator[Say, str, T]
"""Part of a talk that ends with something known."""
Exchange = Asking[Failure | None]
"""Part of a talk that ends well, or with what went wrong."""


def refusal(answer: str) -> str | None:
    """The switch's own words where they mean no."""
    found = REFUSED.search(answer)
    return found[0].strip() if found else None


def unmixed(answer: str) -> str:
    """``answer`` without what the log says in the middle of it."""
    return LOGGED.sub("", answer) if "%" in answer else answer


def order(say: Say, line: Line | None = None) -> Exchange:
    """Type it; a failure with the switch's words where it is refused. ``line``: what of a plan it is."""
    return verdict(say.text, (yield say), line)


def verdict(text: str, answer: str, line: Line | None = None) -> Failure | None:
    """Whether ``answer`` refuses the order ``text``."""
    words = refusal(answer)
    if words is None:
        return None
    if LOCKED.search(words):
        return Failure(line, f"somebody has locked the configuration (`show configuration lock` tells who): {words}")
    return Failure(line, words if line else f"{text!r} was refused: {words}")


def document(question: str, pause: float = 0.0) -> Asking[dict[str, Any]]:
    """The answer to a question that ends with ``| json``. Raises: ValueError, with what came instead."""
    answer = yield Say(question, pause=pause)
    try:
        found = json.loads(unmixed(answer))
    except ValueError:
        raise ValueError(f"{question!r} has no usable answer: {refusal(answer) or 'not JSON'}") from None
    if not isinstance(found, dict):
        raise ValueError(f"{question!r} has no usable answer: no object")
    return found


def twice(ask: Callable[[], Asking[T]]) -> Asking[T]:
    """Once more on a new connection, where the first breaks: for what may be said twice. Raises: Lost."""
    try:
        return (yield from ask())
    except Lost:
        return (yield from ask())


def said(say: Say) -> Asking[str]:
    return (yield say)


def abort(name: str) -> Say:
    """Drops a session; where its commit waits for confirmation, takes that back at once."""
    return Say(f"configure session {name} abort", slow=True)
