"""`show version`, `show hostname`, `show clock`, `show logging`, `show configuration sessions`."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import sessions
from .sessions import Session
from .shown import Shown, Shows, View
from .switch import VERSION

ENGINEERING = f"{VERSION} (engineering build)"
BUILD = "5a0d4c9b-3f42-4a7e-9c31-4340f0000000"
SERIAL = "3B6F0E0D2C5C1A9F4340F00000000001"
MAC = "001c.7300.0001"


def version(view: View) -> Shown:
    return Shown(lambda: _version(view), lambda: _version_data(view))


def hostname(view: View) -> Shown:
    name = view.switch.hostname
    return Shown(lambda: f"Hostname: {name}\nFQDN:     {name}\n", lambda: {"hostname": name, "fqdn": name})


def clock(_view: View) -> Shown:
    now = time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime())
    return Shown(lambda: f"{now}\nTimezone: UTC\nClock source: local\n")


def logging(view: View, line: str = "") -> Shown:
    """Raises: Refused."""
    text = view.switch.log.show(line)
    return Shown(lambda: text)


def configuration_sessions(view: View) -> Shown:
    return Shown(lambda: "".join(f"{line}\n" for line in _sessions(view)), lambda: _sessions_data(view))


def _memory() -> tuple[int, int]:
    """Total and free, in kB."""
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    return int(lines["MemTotal"].split()[0]), int(lines["MemFree"].split()[0])


def _version(view: View) -> str:
    total, free = _memory()
    return f"""\
Arista cEOSLab
Hardware version:{" "}
Serial number: {SERIAL}
Hardware MAC address: {MAC}
System MAC address: {MAC}

Software image version: {ENGINEERING}
Architecture: {platform.machine()}
Internal build version: {VERSION}
Internal build ID: {BUILD}
Image format version: 1.0
Image optimization: None

Kernel version: {platform.release()}

Uptime: {_uptime(time.time() - view.switch.booted)}
Total memory: {total} kB
Free memory: {free} kB

"""


def _uptime(seconds: float) -> str:
    hours, minutes = divmod(int(seconds) // 60, 60)
    words = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in ((hours, "hour"), (minutes, "minute"))]
    return " and ".join(words if hours else words[1:])


def _version_data(view: View) -> dict[str, Any]:
    total, free = _memory()
    return {
        "mfgName": "Arista",
        "modelName": "cEOSLab",
        "hardwareRevision": "",
        "serialNumber": SERIAL,
        "systemMacAddress": "00:1c:73:00:00:01",
        "hwMacAddress": "00:00:00:00:00:00",
        "configMacAddress": "00:00:00:00:00:00",
        "version": ENGINEERING,
        "architecture": platform.machine(),
        "internalVersion": VERSION,
        "internalBuildId": BUILD,
        "imageFormatVersion": "1.0",
        "imageOptimization": "None",
        "kernelVersion": platform.release(),
        "bootupTimestamp": view.switch.booted,
        "uptime": time.time() - view.switch.booted,
        "memTotal": total,
        "memFree": free,
        "isIntlVersion": False,
    }


def _sessions(view: View) -> Iterator[str]:
    timer = view.switch.sessions.timer
    yield f"Maximum number of completed sessions: {sessions.MOST_COMPLETED}"
    yield f"Maximum number of pending sessions: {sessions.MOST_PENDING}"
    yield "Merge on commit is disabled"
    yield "Autosave to startup-config on commit is disabled"
    yield ""
    if timer is not None:
        left = max(0, int(timer.expires - time.monotonic()))
        yield f"Session with pending commit timer: {timer.name}"
        yield f"Time left until commit timer expiry: in {left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
        yield ""
    rows: list[tuple[str, ...]] = [("  Name", "State", "User", "Terminal", "Completed Time", "Committed By")]
    rows += [_session_row(view, session) for session in view.switch.sessions.by_name.values()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    dashes = ("  " + "-" * (widths[0] - 2), *("-" * width for width in widths[1:]))
    for row in (rows[0], dashes, *rows[1:]):
        yield " ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _session_row(view: View, session: Session) -> tuple[str, ...]:
    mark = "* " if session is view.session else "  "
    terminals = ",".join(actor.terminal for actor in session.seats.values())
    done = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(session.completed)) if session.completed else ""
    return (mark + session.name, session.state, session.user, terminals, done, session.commit_user)


def _sessions_data(view: View) -> dict[str, Any]:
    timer = view.switch.sessions.timer
    waiting: dict[str, Any] = {}
    if timer is not None:
        left = timer.expires - time.monotonic()
        uptime = time.time() - view.switch.booted
        waiting = {"commitTimerSessionName": timer.name, "commitTimerExpireTime": uptime + left}
    return {
        "sessions": {name: _session_data(view, s) for name, s in view.switch.sessions.by_name.items()},
        "maxSavedSessions": sessions.MOST_COMPLETED,
        "maxOpenSessions": sessions.MOST_PENDING,
        "mergeOnCommit": False,
        "saveToStartupConfigOnCommit": False,
        **waiting,
    }


def _session_data(view: View, session: Session) -> dict[str, Any]:
    seats = {
        str(process): {"user": actor.user, "terminal": actor.terminal, "currentTerminal": process == view.process}
        for process, actor in session.seats.items()
    }
    done = {"completedTime": session.completed} if session.completed else {}
    return {
        "state": session.state,
        **done,
        "commitUser": session.commit_user,
        "description": "",
        "instances": seats,
    }


COMMANDS: Shows = {
    "show version": version,
    "show hostname": hostname,
    "show clock": clock,
    "show logging [LINE]": logging,
    "show configuration sessions [detail]": configuration_sessions,
}
