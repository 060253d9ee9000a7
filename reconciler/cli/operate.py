"""What a person asks of the running daemon: `plan`, `suspend`, `resume`, `approve`."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any
from urllib.parse import urlencode

import click

from reconciler.cli.control import Control, NoDaemon, controlled
from reconciler.cli.exits import CHANGES, CONVERGED, ERROR, HELD, UNKNOWN, worst
from reconciler.cli.terminal import is_terminal
from reconciler.core.span import seconds
from reconciler.core.words import printable


@click.command()
@click.argument("target", default="*")
@click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@controlled
def plan(daemon: Control, target: str, output: str) -> int:
    """Show what the daemon would do now on the devices that TARGET (a shell pattern) names, as they were last read.

    A held device's line has the digest that `reconcile approve` takes. Exit codes as with --dry-run.
    """
    asked = {"target": target} | ({"width": str(width)} if (width := columns()) else {})
    found = daemon.get(f"/v1/plan?{urlencode(asked)}")
    click.echo(json.dumps(found["plan"], indent=2) if output == "json" else "\n".join(map(printable, found["lines"])))
    return worst(map(plan_code, found["plan"]["devices"]))


def columns() -> int:
    """Of the terminal; 0: standard output is none."""
    return min(max(shutil.get_terminal_size().columns, 20), 1000) if is_terminal(sys.stdout) else 0


def plan_code(device: dict[str, Any]) -> int:
    """What a device in a plan that was not carried out means."""
    known = {"unreachable": UNKNOWN, "unreadable": UNKNOWN, "held": HELD}
    return known.get(device["status"], CHANGES if device.get("changes") else CONVERGED)


@click.command()
@click.argument("target")
@click.option("--for", "span", metavar="SPAN", help="Such as 30m, 2h or 1d; else as long as suspend.longest allows.")
@click.option("--reason", required=True, help="Why; shown wherever the suspension is.")
@controlled
def suspend(daemon: Control, target: str, span: str | None, reason: str) -> int:
    """Leave the devices that TARGET (a shell pattern) names as they are: watched, and not written."""
    try:
        lasting = None if span is None else seconds(span)
    except ValueError as error:
        raise click.UsageError(f"--for: {error}; write it as 30m, 2h or 1d") from None
    asked = {"target": target, "reason": reason} | ({} if lasting is None else {"seconds": lasting})
    answer = daemon.post("/v1/suspend", asked)
    click.echo(printable(f"{', '.join(answer['devices'])}: {answer['words']}"))
    return CONVERGED


@click.command()
@click.argument("target")
@controlled
def resume(daemon: Control, target: str) -> int:
    """End a suspension of TARGET as it was given, and heal again what was fought over on devices of that name."""
    for words in daemon.post("/v1/resume", {"target": target})["ended"]:
        click.echo(printable(f"ended: {words}"))
    return CONVERGED


@click.command()
@click.argument("digests", nargs=-1, required=True, metavar="DIGEST...")
@controlled
def approve(daemon: Control, digests: tuple[str, ...]) -> int:
    """Have held plans applied, by DIGEST, or a held revision put in force, by the beginning of its id."""
    return worst([_approved(daemon, digest) for digest in dict.fromkeys(digests)])


def _approved(daemon: Control, digest: str) -> int:
    """One that nothing waits for is an error, and keeps the others from nothing."""
    try:
        click.echo(printable(daemon.post("/v1/approve", {"target": digest})["words"]))
    except NoDaemon:
        raise
    except click.ClickException as error:
        error.show()
        return ERROR
    return CONVERGED
