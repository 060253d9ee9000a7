"""How a revision comes to all devices, as the daemon tells whoever has put it on its way: a push, a rollback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import click

from reconciler.cli.control import Control
from reconciler.cli.exits import CONVERGED, ERROR, worst
from reconciler.cli.status import CODES
from reconciler.core.words import plural

FOLLOWED = 660.0
"""Seconds of silence; the daemon ends what it tells after 600 (`daemon.service`)."""
TOLD = frozenset({"applied", "failed", "held", "withheld", "unreachable", "unreadable", "rollout", "revision", "end"})
Told = dict[str, Any]


def story(daemon: Control, revision: str) -> Iterator[Told]:
    """What is worth a line, as it happens, until the rollout is over or will not come. Raises: ClickException."""
    for event in daemon.lines(f"/v1/follow?{urlencode({'revision': revision})}", FOLLOWED):
        if "kind" not in event:
            raise click.ClickException(str(event.get("error", "the daemon does not tell what happens")))
        if event["kind"] in TOLD:
            yield event


def words(event: Told) -> str:
    """In one line."""
    if event["kind"] == "applied" and "count" in event:
        return f"{event['device']}: applied and proven {plural(event['count'], 'change')}"
    return str(event["words"])


def code(last: Told | None) -> int:
    """The exit code of a story that ended so: how its devices stand (docs/adr/0009), or 1 where it has no end."""
    if last is None or last["kind"] != "rollout":
        return ERROR
    return worst(CODES.get(phase, CONVERGED) for phase, count in last["phases"].items() if count)
