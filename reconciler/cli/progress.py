"""What is happening right now, on standard error: a live display on a terminal, plain lines elsewhere, logs for -v."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reconciler.cli.options import Common
from reconciler.cli.terminal import is_terminal
from reconciler.core.words import plural, printable
from reconciler.engine.cycle import Cycle, Listener


@contextmanager
def shown(options: Common, cycle: Cycle, devices: int) -> Iterator[None]:
    """Let the cycle be heard while it reads that many devices, or applies to them and reads them again."""
    if is_terminal(sys.stderr) and not options.verbose:
        with _live(devices, color=options.color) as heard:
            cycle.listen = heard
            yield
    else:
        cycle.listen = _logged() if options.verbose else _plainly
        yield


def _plainly(device: str, words: str) -> None:
    click.echo(printable(f"{device}: {words}"), err=True)


def _logged() -> Listener:
    """One event per fact, with its time."""
    import structlog

    renderer = structlog.dev.ConsoleRenderer(colors=False)
    stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)
    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=[stamped, renderer])
    return lambda device, words: log.info(printable(words), device=device)


@contextmanager
def _live(devices: int, *, color: bool) -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=not color)
    bar = BarColumn(16, complete_style="cyan", finished_style="green")
    columns = (TextColumn("{task.description:44.44}", markup=False), bar, MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"{plural(devices, 'device')} …", total=devices)

        def heard(device: str, words: str) -> None:
            progress.update(task, description=printable(f"{device}: {words}"), advance=not words.startswith("applying"))

        yield heard
