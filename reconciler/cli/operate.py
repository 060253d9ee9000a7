"""What a person asks of the running daemon: `status`, `plan`, `suspend`, `resume`, `approve`, `sync`."""

from __future__ import annotations

import functools
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from reconciler.cli.control import Control, NoDaemon
from reconciler.cli.exits import CHANGES, CONVERGED, ERROR, HELD, UNKNOWN, worst
from reconciler.cli.terminal import is_terminal
from reconciler.core.words import plural, printable
from reconciler.daemon.standing import CALM

CODES = {"failed": ERROR, "unreachable": UNKNOWN, "unreadable": UNKNOWN, "held": HELD, "withheld": CHANGES}
"""By phase; what is still to be looked at or being written is no news."""


def controlled(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the daemon that ``--socket`` names."""

    @functools.wraps(command)
    def wrapped(*, socket: Path | None, **params: Any) -> Any:
        return command(Control(socket), **params)

    option = click.option(
        "--socket", type=click.Path(path_type=Path), help="The daemon's control socket. [RECONCILE_SOCKET]"
    )
    return option(wrapped)


@click.command()
@click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@controlled
def status(daemon: Control, output: str) -> int:
    """Show how everything stands: the revision in force, each device that is not in sync, what is suspended.

    Exit codes: 0 all is well, 1 applying failed, 4 a device is unreachable or unreadable, 3 one is held, 2 one differs
    and is not written. Of several, the first.
    """
    return _shown(daemon.get("/v1/status"), output)


def _shown(found: dict[str, Any], output: str) -> int:
    """How everything stands, printed; its exit code."""
    click.echo(json.dumps(found, indent=2) if output == "json" else "\n".join(map(printable, _lines(found))))
    return worst(CODES.get(device["phase"], CONVERGED) for device in found["devices"].values())


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


def _lines(found: dict[str, Any]) -> Iterator[str]:
    source, devices = found["source"], found["devices"]
    subject = f" ({source['subject']})" if source.get("subject") else ""
    yield f"revision {source['revision']}{subject}" if source else "no revision is in force yet"
    calm = sum(device["phase"] in CALM for device in devices.values())
    yield f"{calm} of {plural(len(devices), 'device')} in sync"
    for name, device in devices.items():
        if device["phase"] not in CALM:
            held = device["phase"] == "held" and device.get("digest")
            approve = f"; reconcile approve {device['digest']}" if held else ""
            reason = f": {device['reason']}" if device.get("reason") else ""
            yield f"  {name}: {device['phase']} for {_ago(device['since'])}{reason}{approve}"
    for one in found["suspended"]:
        end = f" (for another {_span(one['until'] - time.time())})" if "until" in one else ""
        yield f"suspended: {one['target']} by {one['by']}: {one['reason']}{end}"
    for one in found["fights"]:
        yield f"fight on {one['device']}: {one['words']}; `reconcile resume {one['device']}` has it healed again"
    for one in found["conditions"]:
        if one["kind"] not in ("fight", "drift", *CODES):
            yield f"{one['kind']} for {_ago(one['since'])}: {one['words']}"


def _ago(since: float) -> str:
    return _span(time.time() - since)


def _span(seconds: float) -> str:
    """``45s``, ``12m``, ``3h5m``, ``2d4h``: as exact as somebody who is called needs it."""
    from reconciler.settings.duration import words

    coarse = next((unit for unit in (3600, 60) if seconds >= 24 * unit), 1)
    return words(max(round(seconds), 0) // coarse * coarse) if seconds >= 1 else "0s"


@click.command()
@click.argument("target")
@click.option("--for", "span", metavar="SPAN", help="Such as 30m, 2h or 1d; else as long as suspend.longest allows.")
@click.option("--reason", required=True, help="Why; shown wherever the suspension is.")
@controlled
def suspend(daemon: Control, target: str, span: str | None, reason: str) -> int:
    """Leave the devices that TARGET (a shell pattern) names as they are: watched, and not written."""
    from reconciler.settings.duration import seconds

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


@click.command()
@controlled
def sync(daemon: Control) -> int:
    """Have the daemon look at its source now, wait until devices have followed (a minute at most), show the status.

    Exit codes as of `reconcile status`.
    """
    return _shown(daemon.post("/v1/sync", {}), "text")
