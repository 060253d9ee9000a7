"""`reconcile rollback`: the daemon goes back to the revision of an earlier cycle, once a person has seen the plan."""

from __future__ import annotations

import sys
from typing import Any

import click

from reconciler.cli.control import Control, controlled
from reconciler.cli.exits import CHANGES, worst
from reconciler.cli.operate import columns, plan_code
from reconciler.cli.story import Told, code, story, words
from reconciler.cli.terminal import interruptible, is_terminal
from reconciler.core.words import brief, printable
from reconciler.report.times import clock

HELD = (
    "From now on a newer revision is held until `reconcile approve REVISION` puts it in force, unless it means the "
    "same as what is in force."
)


@click.command()
@click.argument("cycle", type=click.IntRange(min=1))
@click.option("--yes", "-y", is_flag=True, help="Roll back without asking.")
@click.option("--dry-run", is_flag=True, help="Show the plan and do nothing.")
@click.option("--reason", default="", help="Why; kept in the history.")
@controlled
def rollback(daemon: Control, cycle: int, yes: bool, dry_run: bool, reason: str) -> int:
    """Go back to the revision that was in force in CYCLE (a number that `reconcile history` shows).

    Shows the plan, asks, and follows until all devices have had their turn. Later revisions wait for `reconcile
    approve` then, unless they mean the same.

    Exit codes: 0 all devices are as wanted, 1 an error or applying failed, 4 a device is unknown, 3 one is held, 2 one
    is left as it is, or the answer was no. Of several, the first. With --dry-run as with `reconcile --dry-run`.
    """
    width = {"width": width} if (width := columns()) else {}
    shown = daemon.post("/v1/rollback", {"cycle": cycle, **width})
    _say(_whence(daemon, cycle))
    for line in shown["lines"]:
        _say(line)
    if dry_run:
        return worst(map(plan_code, shown["plan"]["devices"]))
    if not (yes or _confirmed(cycle, shown["revision"])):
        click.echo("Nothing was rolled back.", err=True)
        return CHANGES
    asked = {"cycle": cycle, "digest": shown["digest"]} | ({"reason": reason} if reason else {})
    done = daemon.post("/v1/rollback", asked)
    _say(done["words"])
    return _followed(daemon, done["revision"])


def _whence(daemon: Control, cycle: int) -> str:
    """Of when the cycle is, who began it, and what it was: `Cycle 41, 2026-11-21 14:03:11, by ada: …`."""
    entry: dict[str, Any] = daemon.get(f"/v1/history/{cycle}")["entries"][0]
    by = f", by {entry['by']}" if entry.get("by") else ""
    return f"Cycle {cycle}, {clock(entry['began'])}{by}: {entry.get('words') or entry['kind']}"


def _confirmed(cycle: int, revision: str) -> bool:
    """Raises: ClickException where there is nobody to be asked."""
    if not is_terminal(sys.stdin):
        raise click.ClickException("nothing was rolled back: without a terminal to ask on, say --yes")
    with interruptible():
        return click.confirm(f"Roll back to revision {printable(brief(revision))} as of cycle {cycle}?", err=True)


def _followed(daemon: Control, revision: str) -> int:
    """What happens then, to the end; the exit code that it means."""
    last: Told | None = None
    try:
        for last in story(daemon, revision):
            _say(words(last))
    except KeyboardInterrupt:
        click.echo("Not followed any longer; the daemon goes on: `reconcile status` shows how things stand.", err=True)
        last = None
    finally:
        _say(HELD)
    return code(last)


def _say(line: str) -> None:
    click.echo(printable(line))
