"""`reconcile diff`: what two revisions of the documents have of difference, and what that means for each device."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import click

from reconciler.cli.control import Control, NoDaemon
from reconciler.cli.exits import CHANGES, CONVERGED, ERROR
from reconciler.cli.options import Common, common
from reconciler.core.words import plural, printable
from reconciler.settings.source import SourceSettings


@click.command()
@click.argument("old", metavar="REV1")
@click.argument("new", metavar="[REV2]", required=False)
@click.option("--socket", type=click.Path(path_type=Path), help="Ask the daemon that has this control socket.")
@common
def diff(options: Common, old: str, new: str | None, socket: Path | None) -> int:
    """Show what REV2 wants otherwise than REV1: each document, and what that means for each device.

    No device is contacted. If --desired (or RECONCILE_DESIRED, or ./desired) is a folder in a git checkout, revisions
    are whatever git knows of it (HEAD~1, main, v1.2, 3f9c2d1), and REV2 is the working tree unless it is given. If it
    is a git repository's address, REV2 is what its branch is at. Else, and always with --socket, the daemon is asked
    about its own source, and REV2 is what is in force; but a --desired that is neither of both is an error.

    Exit codes: 0 no difference, 2 differences, 1 an error.
    """
    if socket is not None:
        return _asked(options, Control(socket), old, new)
    if place := _place(options):
        return _compared(options, place, old, new)
    try:
        return _asked(options, Control(), old, new)
    except NoDaemon as error:
        words = f"{options.desired_text} is no folder that a git checkout tracks, and {error.message}"
        raise click.ClickException(printable(words)) from None


def _place(options: Common) -> SourceSettings | None:
    """Where git has the documents; ``None``: nowhere, so the daemon is asked. Raises: click.ClickException."""
    from reconciler.desired.revision import checkout_of
    from reconciler.source.opening import Misspelled, parse

    try:
        settings = parse(options.desired_text)
    except Misspelled as error:
        raise click.UsageError(f"--desired: {error}") from None
    if settings.path is None or checkout_of(settings.path):
        return settings
    if options.desired_given:
        words = f"{settings.path} is no folder that a git checkout tracks, so it has no revisions"
        raise click.ClickException(printable(f"{words}: name one that is, or ask the daemon with --socket"))
    return None


def _compared(options: Common, place: SourceSettings, old: str, new: str | None) -> int:
    """What git's two revisions have of difference."""
    from reconciler.cli.documents import offline_owns
    from reconciler.report import difference_json, difference_text
    from reconciler.report.difference import BadRevision, Known, compare
    from reconciler.source.checkout import Refused, Unavailable
    from reconciler.source.revisions import sides

    known = Known(offline_owns(options), targeted=options.targeted)
    with tempfile.TemporaryDirectory(prefix="diff-") as scratch:
        try:
            found = compare(*asyncio.run(sides(place, old, new, Path(scratch))), known)
        except (Unavailable, Refused) as error:
            raise click.ClickException(str(error)) from None
        except BadRevision as error:
            click.echo(printable(f"{error.side.words}: {plural(len(error.problems), 'problem')}"), err=True)
            click.echo("\n".join(map(str, error.problems)), err=True)
            return ERROR
    options.check_targets(found.all_devices)
    if options.json:
        click.echo(json.dumps(difference_json.document(found), indent=2))
    for line in () if options.json else difference_text.lines(found, options.screen):
        click.echo(line)
    return CHANGES if found else CONVERGED


def _asked(options: Common, daemon: Control, old: str, new: str | None) -> int:
    """What the daemon says of two revisions of its source."""
    from reconciler.cli.operate import columns

    if options.targets or options.desired_given:
        raise click.UsageError(
            "--target and --desired are for documents in git: the daemon compares its own, all of them"
        )
    asked = {"old": old} | ({"new": new} if new else {}) | ({"width": str(width)} if (width := columns()) else {})
    found = daemon.get(f"/v1/diff?{urlencode(asked, errors='replace')}")
    lines = found.pop("lines")
    click.echo(json.dumps(found, indent=2) if options.json else "\n".join(map(printable, lines)))
    return CHANGES if found["documents"] else CONVERGED
