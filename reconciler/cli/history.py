"""`reconcile history`: what happened, from the daemon's journal, or from its file where no daemon runs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from reconciler.cli import entry_text, history_text, moments
from reconciler.cli.control import Control, NoDaemon, controlled
from reconciler.cli.exits import CONVERGED
from reconciler.cli.options import shown
from reconciler.core.words import printable
from reconciler.report.screen import Screen
from reconciler.settings.places import state_directory

SCHEMA = "reconciler/history/v1"
OUTCOMES = ("open", "healed", "applied", "converged", "resolved", "failed", "cut short", "superseded", "done")
SERVICE = Path("/var/lib/reconciler")
"""Where the systemd service keeps its state (systemd/reconciler.service)."""
Asked = Mapping[str, Any]
"""What is asked for, by the names of the API; what is not, is None."""


@click.command()
@click.argument("entry", required=False, type=click.IntRange(min=1), metavar="[ID]")
@click.option("--device", metavar="GLOB", help="Only devices whose name matches this shell pattern.")
@click.option("--kind", help="Such as drift, revision, change, unreachable, held, suspended, approved.")
@click.option("--since", callback=moments.typed, metavar="WHEN", help="Such as 2h (ago), 03:00, or 2026-11-21T03:00.")
@click.option("--until", callback=moments.typed, metavar="WHEN", help="The same.")
@click.option("--by", metavar="GLOB", help="Only what somebody did, or was wanted by somebody, of such a name.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="How it ended; open: it goes on.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="The newest so many.")
@click.option("--before", type=click.IntRange(min=1), metavar="ID", help="Only what is older than this entry.")
@click.option("--journal", type=click.Path(path_type=Path), help="Read this file, and ask no daemon.")
@click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@shown
@controlled
def history(daemon: Control, screen: Screen, entry: int | None, journal: Path | None, output: str, **asked: Any) -> int:
    """Show what happened, the newest last: drifts and who made them, revisions, what people did, what was wrong.

    With ID everything of that entry: both sides of every change, what was sent, device by device. As JSON the newest
    is the first. Without a daemon the file of its journal is read.
    """
    entries = _asked(daemon, entry, asked) if journal is None else _read(journal, entry, asked)
    if output == "json":
        click.echo(json.dumps({"schema": SCHEMA, "entries": entries}, indent=2))
    elif entry is not None:
        click.echo("\n".join(entry_text.lines(entries, time.time(), screen)))
    else:
        _list(entries, asked, screen)
    return CONVERGED


def _list(entries: Sequence[history_text.Entry], asked: Asked, screen: Screen) -> None:
    for line in history_text.lines(entries, time.time(), screen):
        click.echo(line)
    if not entries:
        click.echo("nothing is recorded that fits", err=True)
    elif len(entries) == asked["limit"]:
        click.echo(f"older ones: --before {entries[-1]['id']}", err=True)


def _asked(daemon: Control, entry: int | None, asked: Asked) -> list[dict[str, Any]]:
    """Of the daemon. Raises: click.ClickException."""
    given = urlencode({name: value for name, value in asked.items() if value is not None})
    try:
        found = daemon.get("/v1/history" + (f"/{entry}" if entry is not None else f"?{given}"))
    except NoDaemon as error:
        place = _place(error)
        click.echo(printable(f"no daemon answers; this is {place}"), err=True)
        return _read(place, entry, asked)
    entries: list[dict[str, Any]] = found["entries"]
    return entries


def _place(error: NoDaemon) -> Path:
    """The only journal of this user's state directory, or else of the service's. Raises: click.ClickException."""
    places = list(dict.fromkeys([state_directory(), SERVICE]))
    found = next((found for place in places if (found := sorted(place.glob("journal-*.db")))), [])
    if not found:
        looked = " or ".join(map(str, places))
        raise click.ClickException(f"{error.message}; nor is there a journal in {looked}: --journal FILE names one")
    if len(found) > 1:
        raise click.ClickException(f"{error.message}; of several journals, name one: --journal {found[0]}")
    return found[0]


def _read(journal: Path, entry: int | None, asked: Asked) -> list[dict[str, Any]]:
    """Of the file. Raises: click.ClickException."""
    from reconciler.sinks.journal.past import NoHistory, read_only
    from reconciler.sinks.journal.query import Query

    query = Query(**{name: value for name, value in asked.items() if value is not None})
    try:
        with read_only(journal) as past:
            found = past.find(query) if entry is None else past.one(entry)
    except NoHistory as error:
        raise click.ClickException(printable(str(error))) from None
    if entry is not None and not found:
        raise click.ClickException(f"there is no entry {entry} in {journal}")
    return found
