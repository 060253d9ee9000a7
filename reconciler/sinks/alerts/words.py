"""An alert as a person reads it at night, on a telephone: what, where, since when, by whom, and what to type.

Devices and whoever has configured them say some of it: nothing that they say can call a whole channel together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from reconciler.core.change import SIGNS
from reconciler.core.span import words as span
from reconciler.core.words import plural, printable
from reconciler.report.plan_text import turn
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.message import Item, Message
from reconciler.sinks.alerts.runbook import noun, todo

CHANGES = 5
NAMES = 10
"""Of many that say the same."""
SINGLE = 3
"""So many alerts of a message are told at length."""
DRIFTED = {"create": ": missing", "delete": ": wanted by no document"}
"""What has happened to what drifted: the sign alone says what puts it right, which is the contrary."""
CALLS = re.compile(r"@(?=(everyone|here|channel|all)\b)|(?<=<)(?=[!@#]|[a-z]+:)|\](?=\()", re.IGNORECASE)
STATUS = {"opened": "", "updated": "still ", "reminder": "still ", "resolved": "over: "}


def summary(alert: Alert) -> str:
    """``leaf1: drift by admin on vty3 (10.0.0.5)``: what has happened where, on one line."""
    by = f" by {alert.by}" if alert.by else ""
    return f"{headline(alert)}{by}"


def headline(alert: Alert) -> str:
    """``leaf1: drift``, ``bad revision``."""
    return noun(alert.kind) if alert.is_of_all else f"{alert.where}: {noun(alert.kind)}"


def description(alert: Alert) -> str:
    """Several lines: the changes, by whom, since when, what is done about it, what to do."""
    return "\n".join(_lines(alert))


def title(message: Message) -> str:
    """``CRITICAL leaf1: applying fails``, ``over: leaf1: drift``, or how many of what."""
    return tame(_title(message))


def _title(message: Message) -> str:
    if len(message.items) == 1:
        (item,) = message.items
        grave = "CRITICAL " if item.alert.severity == "critical" and item.status != "resolved" else ""
        already = ", over already" if item.status == "opened" and item.alert.ended is not None else ""
        return f"{STATUS[item.status]}{grave}{headline(item.alert)}{already}"
    said = [f"{len(items)} {STATUS[status]}{noun(kind)}" for (status, kind), items in _grouped(message)]
    return f"{plural(len(message.items), 'alert')}: {', '.join(said)}"


def body(message: Message) -> str:
    """Each alert at length, or, of many, by kind."""
    if len(message.items) <= SINGLE:
        parts = [_whole(item, alone=len(message.items) == 1) for item in message.items]
    else:
        parts = [_many(status, kind, items) for (status, kind), items in _grouped(message)]
    if message.dropped:
        parts.append(f"{plural(message.dropped, 'alert')} before these, all over by now, could not be kept for you")
    return tame("\n\n".join(parts))


def tame(text: str) -> str:
    """Without what chats take as a call to everybody, or show as a link under other words."""
    return CALLS.sub(lambda found: found[0] + "\u200b", text)


def clock(at: float) -> str:
    """``2026-11-21 03:04:05 +0100``, in the time zone of this machine."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def changed(change: Mapping[str, Any]) -> str:
    """``~ fdb 66:… dev vxlan.calico: dst 10.0.0.9 → 10.0.0.2``; whatever stands there gives a line."""
    fields = change.get("fields")
    turns = [
        f"{name} {turn(*sides)}"
        for name, sides in (fields.items() if isinstance(fields, Mapping) else ())
        if isinstance(sides, Sequence) and len(sides) == 2
    ]
    sign = SIGNS.get(change.get("verb", ""), "~")
    verb = change.get("verb", "")
    why = DRIFTED.get(verb, "") if change.get("cause") == "drift" else ""
    both = f": {', '.join(turns)}" if turns and verb not in DRIFTED else why
    return printable(f"{sign} {change.get('kind', '')} {change.get('name', '')}{both}")


def _whole(item: Item, *, alone: bool) -> str:
    head = [] if alone else [f"{STATUS[item.status]}{headline(item.alert)}"]
    return "\n".join([*head, *_lines(item.alert)])


def _lines(alert: Alert) -> Iterator[str]:
    yield from _what(alert)
    if alert.by:
        yield f"by {alert.by}"
    yield f"since {clock(alert.since)}" + (f", {alert.times} times by now" if alert.times > 1 else "")
    if alert.ended is not None:
        yield f"over after {span(max(alert.ended - alert.since, 0.001))}: {alert.outcome}"
    elif alert.waits:
        yield f"{'not put back' if alert.kind == 'drift' else 'not written'}: {alert.waits}"
    if do := todo(alert):
        yield f"do: {do}"


def _what(alert: Alert) -> Iterator[str]:
    if not alert.changes:
        yield alert.words
        return
    for change in alert.changes[:CHANGES]:
        yield changed(change)
    if (more := alert.count - len(alert.changes[:CHANGES])) > 0:
        yield f"and {more} more"


def _grouped(message: Message) -> list[tuple[tuple[str, str], list[Item]]]:
    """By status and kind, in the order of their first."""
    order: dict[tuple[str, str], list[Item]] = {}
    for key, items in groupby(message.items, lambda item: (str(item.status), item.alert.kind)):
        order.setdefault(key, []).extend(items)
    return list(order.items())


def _many(status: str, kind: str, items: list[Item]) -> str:
    names = ", ".join(item.alert.where for item in items[:NAMES])
    more = f" and {len(items) - NAMES} more" if len(items) > NAMES else ""
    since = clock(min(item.alert.since for item in items))
    does = [] if status == "resolved" or len(items) > 1 else [todo(items[0].alert)]
    first = items[0].alert
    example = [] if status == "resolved" else [f"for example {first.words}"[:300]]
    do = [f"do: {does[0]}"] if does and does[0] else ["do: reconcile status"] if status != "resolved" else []
    return "\n".join([f"{STATUS[status]}{noun(kind)} ({len(items)}): {names}{more}", *example, f"since {since}", *do])
