"""What the daemon tells systemd (ready, alive, reloading, stopping), and the sockets that systemd has opened for it.

The protocol is plain: datagrams of ``NAME=value`` lines (sd_notify(3)), and descriptors from 3 on with their names in
the environment (sd_listen_fds(3)). Nothing here raises, and nothing happens where systemd has not started us.
"""

from __future__ import annotations

import os
import socket
import stat
import time
from contextlib import suppress

from reconciler.core.words import printable

FIRST = 3
"""The first descriptor that systemd hands over (SD_LISTEN_FDS_START)."""
PATIENCE = 0.5
"""Seconds to wait while systemd's queue is full: the loop must not hang on its supervisor."""
LONGEST = 1000
"""Characters of a status: it is one line on a person's terminal."""
UNNAMED = "unknown"
"""What sd_listen_fds_with_names(3) calls a descriptor without a name."""


def ready(status: str = "") -> bool:
    """The loop runs, also again after `reloading`."""
    return _tell("READY=1", *_status(status))


def say(status: str) -> bool:
    """What we are at, for `systemctl status`."""
    return _tell(*_status(status))


def alive() -> bool:
    """The loop goes round; systemd kills and restarts us once this stays away for ``WatchdogSec=``."""
    return _tell("WATCHDOG=1")


def reloading() -> bool:
    """The configuration is being read anew, until `ready`. The time is what ``Type=notify-reload`` (253) wants."""
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    return _tell("RELOADING=1", f"MONOTONIC_USEC={now}")


def stopping(status: str = "", seconds: float = 0.0) -> bool:
    """We have been asked to end and do what is left to do, for so long; else ``TimeoutStopSec=`` bounds it."""
    longer = [f"EXTEND_TIMEOUT_USEC={round(seconds * 1_000_000)}"] if seconds else []
    return _tell("STOPPING=1", *longer, *_status(status))


def watchdog_interval() -> float | None:
    """Seconds between two calls of `alive`: half of what systemd allows (sd_watchdog_enabled(3)); ``None``: none asked.

    A watchdog that was meant for our parent (``WATCHDOG_PID``) is none of ours.
    """
    allowed = _number("WATCHDOG_USEC")
    if not allowed or _number("WATCHDOG_PID") not in (None, os.getpid()):
        return None
    return allowed / 2_000_000


def listen_fds() -> dict[str, list[socket.socket]]:
    """The sockets that systemd has opened for us, by ``FileDescriptorName=``; streams listen already.

    No child inherits them, and a second call finds nothing: the variables are taken out of the environment. A
    descriptor that is no socket is left alone.
    """
    count, names = _handed_over()
    found: dict[str, list[socket.socket]] = {}
    for number, name in zip(range(FIRST, FIRST + count), names + [UNNAMED] * count, strict=False):
        with suppress(OSError):  # fewer descriptors than the environment says
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.set_inheritable(number, False)
                found.setdefault(name, []).append(socket.socket(fileno=number))
    return found


def _handed_over() -> tuple[int, list[str]]:
    """How many descriptors are meant for this process, and their names."""
    meant, count = _number("LISTEN_PID") == os.getpid(), _number("LISTEN_FDS") or 0
    names = os.environ.get("LISTEN_FDNAMES", "")
    for variable in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(variable, None)
    return (count if meant else 0), (names.split(":") if names else [])


def _number(variable: str) -> int | None:
    """A plain decimal number of the environment, and nothing that merely resembles one."""
    text = os.environ.get(variable, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _status(text: str) -> list[str]:
    """One line: a text from a document or a device must not become another variable (``MAINPID=…``)."""
    return [f"STATUS={printable(text)[:LONGEST]}"] if text else []


def _tell(*lines: str) -> bool:
    """Whether systemd was told; ``False`` also where nobody wants to be."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if where[:1] not in ("/", "@") or not lines:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(PATIENCE)
        try:
            channel.sendto("\n".join(lines).encode(), "\0" + where[1:] if where[0] == "@" else where)
        except (OSError, ValueError):  # systemd is being replaced, or the address cannot be one
            return False
    return True
