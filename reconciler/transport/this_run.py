"""The name of this running program on devices, and whether a program that left its name there still runs."""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from functools import cache
from pathlib import Path

from reconciler.switch.dialogue import Run

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")


_ends: dict[tuple[str, int], float] = {}
"""Of transactions that wait for their end, by place and number: when at the latest (`time.monotonic`)."""


_numbers = itertools.count(1)


def next_number() -> int:
    """Together with the name of this run a name that is used once: of a session, a commit, a transaction."""
    return next(_numbers)


def this_run(place: str = "") -> Run:
    """``4f2a-1c2b-9d3``: where process numbers mean something, the process, and when it began.

    ``place``: the device that it is about, as in `UnderWay`.
    """
    return Run(_name(os.getpid()), _is_over, UnderWay(place).includes)


class UnderWay:
    """Transactions of this program on one device that must not be taken for what a dead run has left.

    All connections to the device know of them, whoever has opened them.
    """

    def __init__(self, place: str) -> None:
        self._place = place

    def begin(self, number: int, seconds: float) -> None:
        """For so many seconds, unless it is ended before."""
        _ends[self._place, number] = time.monotonic() + seconds

    def end(self, number: int) -> None:
        _ends.pop((self._place, number), None)

    def includes(self, number: int) -> bool:
        return _ends.get((self._place, number), 0.0) > time.monotonic()


def transaction_name(run: Run, number: int) -> str:
    """``rec-4f2a-1c2b-9d3-7``: letters, digits and dashes, used once."""
    return f"rec-{run.name}-{number:d}"


def _is_over(name: str) -> bool:
    """A program of this machine that does not run any more. Of another machine's nobody here can know."""
    where, _, rest = name.partition("-")
    process = rest.partition("-")[0]
    if where != _where() or not process.isalnum():
        return False
    try:
        return _name(int(process, 16)) != name
    except ValueError:
        return False


def _name(process: int) -> str:
    return f"{_where()}-{process:x}-{_beginning(process)}"


@cache
def _where() -> str:
    """Four hexadecimal digits of this boot and this container: process numbers are unique within."""
    try:
        place = f"{BOOT.read_text(encoding='ascii')} {NAMESPACE.stat().st_ino}"
    except (OSError, ValueError):
        place = "nowhere"
    return hashlib.sha256(place.encode()).hexdigest()[:4]


def _beginning(process: int) -> str:
    """A digest of the clock ticks from boot (proc(5), ``starttime``); ``0``: it does not run, or only as a zombie."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
        fields = stat.rpartition(")")[2].split()
        return "0" if fields[0] in "ZX" else hashlib.sha256(fields[19].encode()).hexdigest()[:3]
    except (OSError, LookupError):
        return "0"
