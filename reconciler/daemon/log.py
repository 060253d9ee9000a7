"""The daemon's log: one event per fact, as text for people or as JSON for programs, on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any, Literal

import structlog

from reconciler.core.words import printable
from reconciler.report.event import Event, Level

Render = Callable[[object, str, MutableMapping[str, Any]], str]
LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
PRIORITIES = {"debug": "<7>", "info": "<6>", "warning": "<4>", "error": "<3>"}
"""What the journal takes off the beginning of a line as its priority (sd-daemon(3)): `journalctl -p warning`."""


def logger(form: Literal["auto", "json", "text"], level: Level) -> Callable[[Event], None]:
    """What hears events and writes them; ``auto`` is text for a terminal and systemd's journal, and JSON elsewhere."""
    journal = goes_to_the_journal()
    as_json = form == "json" or (form == "auto" and not (journal or sys.stderr.isatty()))
    stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)
    render: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _text
    if journal:
        render = _prioritized(render if as_json else _unstamped)
    processors = [structlog.processors.add_log_level, stamped, _first_things_first, render]
    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=processors)

    def heard(event: Event) -> None:
        if LEVELS[event.level] >= LEVELS[level]:
            data = event.data if as_json else {}
            device = {"device": event.device} if event.device else {}
            with suppress(OSError):  # a full disk, or nobody at the other end: what happens goes on all the same
                getattr(log, event.level)(event.kind, words=printable(event.words), **device, **data)

    return heard


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


def _unstamped(log: object, method: str, event: MutableMapping[str, Any]) -> str:
    """Time and level are the journal's own."""
    kind = "" if event["event"] in event["words"] else f"{event['event']}: "
    return f"{kind}{event['words']}"


def _prioritized(render: Render) -> Render:
    return lambda log, method, event: f"{PRIORITIES[event['level']]}{render(log, method, event)}"
