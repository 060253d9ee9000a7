"""The daemon's log: one event per fact, as text for people or as JSON for programs, on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Literal

import structlog

from reconciler.core.words import printable
from reconciler.report.event import Event, Level

Render = Callable[[object, str, MutableMapping[str, Any]], str]
LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
STYLES = {"debug": "\033[2m", "info": "\033[32m", "warning": "\033[33m", "error": "\033[1;31m"}
DIM, RESET = "\033[2m", "\033[0m"
SHOWN = 5
"""Changes of a device that stand in a line."""
PRIORITIES = {"debug": "<7>", "info": "<6>", "warning": "<4>", "error": "<3>"}
"""What the journal takes off the beginning of a line as its priority (sd-daemon(3)): `journalctl -p warning`."""


def logger(form: Literal["auto", "json", "text"], level: Level) -> Callable[[Event], None]:
    """What hears events and writes them; ``auto`` is text on a terminal, and JSON elsewhere."""
    journal, terminal = goes_to_the_journal(), sys.stderr.isatty()
    as_json = form == "json" or (form == "auto" and not terminal)
    stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)
    text = _coloured if terminal and not os.environ.get("NO_COLOR") else _text
    render: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else text
    if journal:
        render = _prioritized(render if as_json else _unstamped)
    processors = [structlog.processors.add_log_level, stamped, _first_things_first, render]
    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=processors)

    def heard(event: Event) -> None:
        if LEVELS[event.level] >= LEVELS[level]:
            data = _short(event.data) if as_json else {}
            device = {"device": event.device} if event.device else {}
            with suppress(OSError):  # a full disk, or nobody at the other end: what happens goes on all the same
                getattr(log, event.level)(event.kind, words=printable(event.words), **device, **data)

    return heard


def _short(data: Mapping[str, object]) -> dict[str, object]:
    """systemd cuts a line of more than 48 KiB in two (journald.conf(5), ``LineMax=``); the history has all changes."""
    changes = data.get("changes")
    if not isinstance(changes, list):
        return dict(data)
    return {"count": len(changes), **data, "changes": changes[:SHOWN]}


def goes_to_the_journal() -> bool:
    """Whether standard error is the stream that systemd has connected with its journal (systemd.exec(5))."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _first_things_first(log: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    head = {name: event[name] for name in ("timestamp", "level", "event", "device", "words") if name in event}
    return head | {name: value for name, value in event.items() if name not in head}


def _text(log: object, method: str, event: MutableMapping[str, Any]) -> str:
    """``2026-11-21T03:04:05Z warning drift on k01-worker: …``."""
    return f"{event['timestamp']} {event['level']:7} {_unstamped(log, method, event)}"


def _coloured(log: object, method: str, event: MutableMapping[str, Any]) -> str:
    style = STYLES[event["level"]]
    return f"{DIM}{event['timestamp']}{RESET} {style}{event['level']:7}{RESET} {_unstamped(log, method, event)}"


def _unstamped(log: object, method: str, event: MutableMapping[str, Any]) -> str:
    """Time and level are the journal's own."""
    kind = "" if event["event"] in event["words"] else f"{event['event']}: "
    return f"{kind}{event['words']}"


def _prioritized(render: Render) -> Render:
    return lambda log, method, event: f"{PRIORITIES[event['level']]}{render(log, method, event)}"
