"""What each kind of alert is called, and what somebody who is woken by it can do (docs/ALERTS.md says more)."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from reconciler.sinks.alerts.alert import Alert

COMMAND = re.compile(
    r"`(reconcile (?:trust|approve(?: (?:sha256:)?[0-9a-f]{7,64})*|resume [A-Za-z0-9][A-Za-z0-9._-]*))`"
)
"""Those that our own words name. A person who is woken types what stands there: a device must not be able to say it."""
THEIRS = frozenset({"failed", "unreadable", "receiver"})
"""Kinds whose words are those of a device, or of whoever answers in its place."""


class Kind(NamedTuple):
    """``noun``: as in ``leaf1: unreachable``. ``todo``: the first thing to do, where the words name no command."""

    noun: str
    todo: str


KINDS = {
    "unreachable": Kind("unreachable", "check its power, its link and its management address"),
    "unreadable": Kind("cannot be read", "reconcile observe --target {device}"),
    "failed": Kind("applying fails", "reconcile plan {device}"),
    "held": Kind("held, needs approval", "reconcile plan {device}"),
    "withheld": Kind("differs, not written", "reconcile plan {device}"),
    "drift": Kind("drift", "reconcile plan {device}"),
    "fight": Kind("somebody keeps changing it back", "reconcile resume {device}"),
    "forgotten": Kind("still suspended", "reconcile resume {subject}"),
    "source": Kind("the source cannot be read", "check the git host and the way to it; the last good revision stays"),
    "revision": Kind("bad revision", "correct or revert the commit; the last good revision stays in force"),
    "rolled back": Kind("rolled back", "correct the documents; `reconcile approve REVISION` ends it"),
    "last good": Kind("no good revision", "reconcile status"),
    "inventory": Kind("bad inventory", "reconcile validate"),
    "settings": Kind("bad settings", "reconcile validate --config FILE"),
    "state": Kind("state cannot be kept", "check the disk and the rights of the state directory"),
    "journal": Kind("history cannot be kept", "check the disk and the rights of the state directory"),
    "socket": Kind("control socket is gone", "check its folder; the daemon makes it anew by itself"),
    "receiver": Kind("a receiver of alerts fails", "reconcile alert test {subject}"),
    "advice": Kind("advice", "reconcile plan {device}"),
    "test": Kind("test", "nothing: somebody has typed `reconcile alert test`"),
}


def noun(kind: str) -> str:
    return KINDS[kind].noun if kind in KINDS else kind


def todo(alert: Alert) -> str:
    """The command to type, or what else there is to do. A drift that is put back needs nobody."""
    if alert.ended is not None:
        return ""
    if found := COMMAND.search(alert.waits if alert.kind in THEIRS else f"{alert.waits} {alert.words}"):
        return found[1]
    if alert.kind == "drift" and not alert.waits:
        return "it is put back by itself"
    known = KINDS.get(alert.kind, Kind("", "reconcile status"))
    return known.todo.format(device=shlex.quote(alert.device), subject=shlex.quote(alert.subject))


def anchor(kind: str) -> str:
    """Of its section in docs/ALERTS.md."""
    return kind.replace(" ", "-")
