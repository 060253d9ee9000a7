"""`reconcile lab loss`: does the network lose packets while something is done to it?"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass

import click

from reconciler.core import span

from . import enter, loss_text, prerequisites, state
from .loss import MOST, RATE, Losses, Meter
from .state import Lab

AROUND = 0.5
"""Seconds that are measured before COMMAND begins, and after it has ended: what it does may show late."""


def _seconds(ctx: click.Context, param: click.Parameter, text: str | None) -> float | None:
    try:
        return None if text is None else span.seconds(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write it as 5s or 1m30s") from None


@dataclass(frozen=True, slots=True)
class Work:
    """What is measured: nothing for ``seconds``, or a command on the jump host, and at least so long."""

    lab: Lab
    command: tuple[str, ...]
    seconds: float
    aside: bool = False
    """What the command prints goes to standard error."""

    def measured(self, rate: int) -> tuple[Losses, int]:
        """What was lost, and the exit code of the command; Ctrl-C ends the measuring early."""
        code = 0
        meter = Meter(self.lab, rate)
        try:
            with meter:
                code = self._done()
        except KeyboardInterrupt:
            click.echo("Interrupted: this is what was seen until then.", err=True)
        return meter.losses, code

    def _done(self) -> int:
        ends = time.monotonic() + self.seconds
        code = self._run() if self.command else 0
        time.sleep(max(0.0, ends - time.monotonic()))
        return code

    def _run(self) -> int:
        words, environment = enter.on_jump(self.lab, list(self.command))
        time.sleep(AROUND)
        code = subprocess.run(words, env=environment, stdout=sys.stderr if self.aside else None).returncode
        time.sleep(AROUND)
        return code


@click.command(name="loss")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--rate", type=click.IntRange(1, MOST), default=RATE, show_default=True, help="Packets a second on each pair."
)
@click.option(
    "--for",
    "seconds",
    metavar="SPAN",
    callback=_seconds,
    help="How long; with COMMAND at least.  [default: 5s, or COMMAND]",
)
@click.option("--name", default="lab", show_default=True, help="Which lab, where several are up.")
@click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", show_default=True)
def loss(name: str, command: tuple[str, ...], rate: int, seconds: float | None, output: str) -> None:
    """Send packets between all pods and count those that are lost.

    COMMAND, behind `--`, runs meanwhile on the jump host; with `-o json` what it prints goes to standard error. Exits
    with its exit code if that is not 0, else with 1 if a packet was lost.
    """
    prerequisites.require_root()
    if seconds is None:
        seconds = 0.0 if command else 5.0
    work = Work(state.get(name), command, seconds, aside=output == "json")
    losses, code = work.measured(rate)
    if output == "json":
        click.echo(json.dumps(loss_text.document(losses) | ({"exit": code} if command else {}), indent=2))
    else:
        for line in loss_text.lines(losses):
            click.echo(line)
    raise SystemExit(code or (1 if losses.lost else 0))
