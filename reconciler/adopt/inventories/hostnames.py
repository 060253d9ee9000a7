"""Names that stand for many hosts in an Ansible inventory: ``sw[01:10]``, ``leaf[a:d]``, ``h[1:9:2]``."""

from __future__ import annotations

import re
from itertools import product
from string import ascii_letters

from reconciler.adopt.inventories.foreign import MOST_HOSTS

RANGE = re.compile(r"\[([0-9]{1,9}|[A-Za-z]):([0-9]{1,9}|[A-Za-z])(?::([0-9]{1,9}))?\]")
LONGEST = 1000
PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:]+):([0-9]{1,5})")


class BadPattern(ValueError):
    """A pattern that is none, or stands for too many; the text says why."""


def with_port(pattern: str) -> tuple[str, int | None]:
    """``name:2222`` -> the name and the port; a range has colons of its own, and an IPv6 address too."""
    bare = RANGE.sub(lambda found: "#" * len(found[0]), pattern)
    found = PORT.fullmatch(bare)
    if found is None:
        return pattern.strip("[]") if pattern.count(":") > 1 and bare == pattern else pattern, None
    name = pattern[: found.end(1)]
    return name.strip("[]") if bare == pattern else name, int(found[2])


def names(pattern: str) -> list[str]:
    """All that it stands for, in order. Raises: BadPattern."""
    if len(pattern) > LONGEST:
        raise BadPattern(f"longer than {LONGEST} characters")
    parts: list[list[str]] = []
    total, place = 1, 0
    for found in RANGE.finditer(pattern):
        values = _values(found[1], found[2], int(found[3] or 1))
        total *= len(values)
        if total > MOST_HOSTS:
            raise BadPattern(f"more than {MOST_HOSTS:,} hosts")
        parts += [[pattern[place : found.start()]], values]
        place = found.end()
    parts.append([pattern[place:]])
    if "[" in "".join(part[0] for part in parts[::2]):
        raise BadPattern("a range such as [01:10] has digits or letters on both sides of one colon")
    return ["".join(one) for one in product(*parts)]


def _values(first: str, last: str, step: int) -> list[str]:
    """Both ends are in it; with leading zeros all have as many digits."""
    if first.isdigit() != last.isdigit() or step < 1:
        raise BadPattern(f"[{first}:{last}] is no range")
    if not first.isdigit():
        ends = (ascii_letters.index(first), ascii_letters.index(last))
        found = list(ascii_letters[ends[0] : ends[1] + 1 : step])
    else:
        padded = first.startswith("0") and len(first) > 1
        if padded and len(first) != len(last):
            raise BadPattern(f"[{first}:{last}]: with leading zeros both ends have as many digits")
        count = range(int(first), int(last) + 1, step)
        if len(count) > MOST_HOSTS:
            raise BadPattern(f"more than {MOST_HOSTS:,} hosts")
        found = [str(one).zfill(len(first)) if padded else str(one) for one in count]
    if not found:
        raise BadPattern(f"[{first}:{last}] is empty")
    return found
