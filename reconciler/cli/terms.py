"""Options of a run that say what it may cost, and for how long it can be taken back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from reconciler.core.span import seconds
from reconciler.engine.transaction.terms import Terms

SHORTEST, LONGEST = 15, 3600
"""Seconds: a switch needs some to prove a commit, and nobody waits for longer than an hour."""


def _span(ctx: click.Context, option: click.Parameter, text: str) -> float:
    try:
        span = seconds(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write it as 60s or 2m") from None
    if not SHORTEST <= span <= LONGEST:
        raise click.BadParameter(f"{text!r} is not between {SHORTEST}s and 1h")
    return span


OPTIONS = (
    click.option(
        "--timeout",
        default="60s",
        callback=_span,
        metavar="SPAN",
        help="Devices take back what is not confirmed by then. [60s]",
    ),
    click.option("--no-rollback", is_flag=True, help="Arm nothing: what is sent stays, whatever happens then."),
    click.option("--allow-interruption", is_flag=True, help="Also what cuts flows between nodes for a moment."),
    click.option(
        "--allow-lockout", is_flag=True, help="Also what may lock us out of a device; it comes back by itself."
    ),
)


def terms(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` these options as one ``Terms``, by that name."""

    @functools.wraps(command)
    def wrapped(*args: Any, **params: Any) -> Any:
        timeout, stays = params.pop("timeout"), params.pop("no_rollback")
        said = Terms(
            mode="never" if stays else "risky",
            timeout=timeout,
            interruption=params.pop("allow_interruption"),
            lockout=params.pop("allow_lockout"),
        )
        if said.lockout and stays:
            raise click.UsageError("--allow-lockout and --no-rollback: whoever locks himself out needs a way back")
        return command(*args, terms=said, **params)

    return functools.reduce(lambda function, option: option(function), reversed(OPTIONS), wrapped)
