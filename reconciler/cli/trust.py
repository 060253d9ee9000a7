"""`reconcile trust`: show the host keys that devices present, and record those that a person accepts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.cli.documents import inventory_of
from reconciler.cli.exits import CHANGES, CONVERGED, ERROR, UNKNOWN, worst
from reconciler.cli.options import Common, common
from reconciler.cli.terminal import is_terminal
from reconciler.core.words import plural, printable
from reconciler.engine.trust import Presented, presented


@click.command()
@click.option("--yes", "-y", is_flag=True, help="Record without asking: only after comparing the fingerprints.")
@common
def trust(options: Common, yes: bool) -> int:
    """Show the fingerprint of every device's host key, and record it in the inventory's knownHosts file."""
    inventory = inventory_of(options)
    options.check_targets(inventory.devices)
    keys = asyncio.run(presented(inventory, options.targeted))
    if options.json:
        click.echo(json.dumps([key.as_json() for key in keys], indent=2))
    else:
        for key in keys:
            click.echo(printable(str(key)))
    new = [key for key in keys if key.state == "new"]
    if new and not (yes or _confirmed(len(new))):
        return CHANGES
    _record(new)
    return worst(_codes(keys))


def _codes(keys: Sequence[Presented]) -> list[int]:
    by_state = {"new": CONVERGED, "known": CONVERGED, "changed": ERROR, "unreachable": UNKNOWN}
    return [by_state[key.state] for key in keys]


def _confirmed(count: int) -> bool:
    if not is_terminal(sys.stdin):
        raise click.ClickException("nothing was recorded: without a terminal to ask on, say --yes")
    return click.confirm(f"Record {plural(count, 'new host key')}?", err=True)


def _record(keys: Sequence[Presented]) -> None:
    for path in sorted({key.known_hosts for key in keys}):
        _append(path, list(dict.fromkeys(key.line for key in keys if key.known_hosts == path)))


def _append(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    joint = "" if not before or before.endswith("\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(joint + "".join(f"{line.rstrip()}\n" for line in lines))
    click.echo(f"{plural(len(lines), 'host key')} recorded in {path}", err=True)
