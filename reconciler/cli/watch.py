"""`reconcile status --watch`: redrawn in place on a terminal; in a pipe said again whenever something has changed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from reconciler.cli import status_text
from reconciler.cli.control import Control
from reconciler.cli.exits import CONVERGED
from reconciler.cli.options import screen as terminal
from reconciler.core.words import printable
from reconciler.report.screen import Screen
from reconciler.report.text import Piece, folded
from reconciler.report.times import age, clock

Found = dict[str, Any]
RULES = 3
"""Lines for the time, an empty one, and the cursor."""


def watched(daemon: Control, screen: Screen, output: str, every: float) -> int:
    """Until Ctrl-C. A daemon that goes away is said and asked again; one that was never there is an error.

    Raises: click.ClickException.
    """
    found = daemon.get("/v1/status")
    try:
        with _drawn(screen, every) if screen.width and output == "text" else _told(screen, output) as show:
            away, since = "", 0.0
            while True:
                show(found, f"for {age(time.time() - since)}: {away}" if away else "")
                time.sleep(every)
                try:
                    found, away = daemon.get("/v1/status"), ""
                except click.ClickException as error:
                    away, since = error.message, since if away else time.time()
    except KeyboardInterrupt:
        return CONVERGED


Show = Callable[[Found, str], None]
"""``away``: since when and why the daemon gives no answer; empty: it does."""


@contextmanager
def _drawn(first: Screen, every: float) -> Iterator[Show]:
    """On a terminal, which may be made larger and smaller meanwhile."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(no_color=not first.color, highlight=False)
    with Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:

        def show(found: Found, away: str) -> None:
            screen = terminal(color=first.color, verbose=first.verbose)
            gone = [*_gone(away, screen)]
            known = status_text.lines(found, time.time(), screen.without(RULES + len(gone)))
            heading = f"{clock(time.time())}, every {every:g} s until Ctrl-C"
            live.update(Text.from_ansi("\n".join([heading, "", *gone, *known]), no_wrap=True), refresh=True)

        yield show


def _gone(away: str, screen: Screen) -> Iterator[str]:
    if away:
        yield from folded([Piece("no answer ", "red", bold=True), Piece(f"{away}; what was last known:")], screen)


@contextmanager
def _told(screen: Screen, output: str) -> Iterator[Show]:
    """In a pipe: one document a line, or text below a line with the time."""
    said: list[object] = []

    def show(found: Found, away: str) -> None:
        news = away.partition(": ")[2] or _meaning(found)
        if said and said[0] == news:
            return
        said[:] = [news]
        if away:
            click.echo(printable(f"--- {clock(time.time())}: no answer {away}"), err=output == "json")
        elif output == "json":
            click.echo(json.dumps(found))
        else:
            click.echo("\n".join([f"--- {clock(time.time())}", *status_text.lines(found, time.time(), screen)]))

    yield show


def _meaning(found: Found) -> object:
    """A status without what changes all the time and is no news: how often was looked, and when."""
    source = {name: value for name, value in found["source"].items() if name != "looked"}
    devices = {name: {**one, "reads": 0} for name, one in found["devices"].items()}
    return {**found, "source": source, "devices": devices}
