"""`alert test`: have the daemon send its receivers an alert that says that it is none, and print what they answer."""

from __future__ import annotations

import json

import click

from reconciler.cli.control import Control, controlled
from reconciler.cli.exits import CONVERGED, ERROR
from reconciler.core.words import printable


@click.group()
def alert() -> None:
    """Who hears of what goes wrong: `alerts.receivers` of the daemon's settings."""


@alert.command()
@click.argument("receiver", default="*")
@click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@controlled
def test(daemon: Control, receiver: str, output: str) -> int:
    """Send a test alert and its end to the receivers that RECEIVER (a shell pattern, default all) names.

    Exit codes: 0 all of them have taken both, 1 one has not, or there is none of that name.
    """
    found = daemon.post("/v1/alert/test", {"receiver": receiver})
    if output == "json":
        click.echo(json.dumps(found, indent=2))
    results = found["results"]
    if not results:
        raise click.ClickException(f"no receiver is named {receiver!r}: alerts.receivers of the settings names them")
    if output == "text":
        for one in results:
            click.echo(printable(f"{one['receiver']}: {'' if one['ok'] else 'FAILED: '}{one['words']}"))
    return CONVERGED if all(one["ok"] for one in results) else ERROR
