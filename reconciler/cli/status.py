"""`reconcile status`: how everything stands, once or for as long as somebody watches; `reconcile sync` ends with it."""

from __future__ import annotations

import json
import time
from typing import Any

import click

from reconciler.cli import status_text
from reconciler.cli.control import Control, controlled
from reconciler.cli.exits import CHANGES, CONVERGED, ERROR, HELD, UNKNOWN, worst
from reconciler.cli.options import shown
from reconciler.report.screen import Screen

CODES = {"failed": ERROR, "unreachable": UNKNOWN, "unreadable": UNKNOWN, "held": HELD, "withheld": CHANGES}
"""By phase; what is still to be looked at or being written is no news."""
EVERY = 2.0
PROMPT = 1
"""Lines that a shell takes below the status."""


@click.command()
@click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@click.option(
    "--watch",
    type=click.FloatRange(0.2, 3600),
    is_flag=False,
    flag_value=EVERY,
    metavar="[SECONDS]",
    help="Again and again until Ctrl-C, by default every 2 s; in a pipe whenever something has changed.",
)
@shown
@controlled
def status(daemon: Control, screen: Screen, output: str, watch: float | None) -> int:
    """Show how everything stands: the revision in force, what is wrong and what to type, what is suspended.

    On a terminal as much as it has room for; in a pipe, or with -v, everything.

    Exit codes: 0 all is well, 1 applying failed or no revision can be put in force, 4 a device is unreachable or
    unreadable, 3 one is held, 2 one differs and is not written. Of several, the first. With --watch 0 after Ctrl-C.
    """
    if watch is None:
        return _shown(daemon.get("/v1/status"), output, screen)
    from reconciler.cli.watch import watched

    return watched(daemon, screen, output, watch)


@click.command()
@shown
@controlled
def sync(daemon: Control, screen: Screen) -> int:
    """Have the daemon look at its source now, wait until devices have followed (a minute at most), show the status.

    Exit codes as of `reconcile status`.
    """
    return _shown(daemon.post("/v1/sync", {}), "text", screen)


def _shown(found: dict[str, Any], output: str, screen: Screen) -> int:
    """How everything stands, printed; its exit code."""
    if output == "json":
        click.echo(json.dumps(found, indent=2))
    else:
        click.echo("\n".join(status_text.lines(found, time.time(), screen.without(PROMPT))))
    lost = [ERROR] if found["conditions"] and not found["source"] else []
    return worst([*lost, *(CODES.get(device["phase"], CONVERGED) for device in found["devices"].values())])
