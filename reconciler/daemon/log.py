"""The daemon's log: one event per fact, as JSON for a journal or as text for a terminal, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any, Literal

import structlog

from reconciler.core.words import printable
from reconciler.daemon.event import Event, Level

LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
OF_MACHINES = frozenset({"changes"})
"""What is too long for a person's line and stands in JSON alone."""


def logger(form: Literal["auto", "json", "text"], level: Level) -> Callable[[Event], None]:
    """What hears events and writes them; ``auto`` is text on a terminal and JSON elsewhere."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)
    render: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _text
    processors = [structlog.processors.add_log_level, stamped, _first_things_first, render]
    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=processors)

    def heard(event: Event) -> None:
        if LEVELS[event.level] >= LEVELS[level]:
            data = event.data if as_json else {}
            device = {"device": event.device} if event.device else {}
            with suppress(OSError):  # a full disk, or nobody at the other end: what happens goes on all the same
                getattr(log, event.level)(event.kind, words=printable(event.words), **device, **data)

    return heard


def _first_things_first(log: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    head = {name: event[name] for name in ("timestamp", "level", "event", "device", "words") if name in event}
    return head | {name: value for name, value in event.items() if name not in head}


def _text(log: object, method: str, event: MutableMapping[str, Any]) -> str:
    """``2026-11-21T03:04:05Z warning drift on k01-worker: …``."""
    kind = "" if event["event"] in event["words"] else f"{event['event']}: "
    return f"{event['timestamp']} {event['level']:7} {kind}{event['words']}"
