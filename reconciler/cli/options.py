"""Options that every command shares, and where their defaults come from."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from reconciler.cli.terminal import is_terminal
from reconciler.report.screen import Screen


@dataclass(frozen=True, slots=True)
class Common:
    """``inventory_given`` tells a chosen inventory from the default place, which may be empty for offline commands.

    ``desired_text``: a folder, or for the daemon the URL of a git repository. ``desired_given``: by the option.
    """

    desired_text: str
    inventory: Path
    inventory_given: bool
    targets: tuple[str, ...]
    output: str
    color: bool
    verbose: int
    desired_given: bool = False

    @property
    def desired(self) -> Path:
        return Path(self.desired_text)

    @property
    def screen(self) -> Screen:
        """How wide standard output is, where it is a terminal, and whether it takes colours."""
        return screen(color=self.color, verbose=self.verbose > 0)

    @property
    def json(self) -> bool:
        return self.output == "json"

    def targeted(self, name: str) -> bool:
        """Whether ``--target`` (any of them, or none given) names this device."""
        return not self.targets or any(fnmatchcase(name, glob) for glob in self.targets)

    def check_targets(self, names: Iterable[str]) -> None:
        """Raises: click.UsageError for a ``--target`` that names none of ``names``: a typo is no empty success."""
        known = sorted(names)
        for glob in self.targets:
            if not any(fnmatchcase(name, glob) for name in known):
                near = get_close_matches(glob, known, 1)
                hint = (
                    f"did you mean {near[0]!r}?"
                    if near
                    else f"there are {', '.join(known[:8])}{', …' * (len(known) > 8)}"
                )
                raise click.UsageError(f"no device matches --target {glob!r}: {hint}")


def screen(*, color: bool, verbose: bool = False) -> Screen:
    """Standard output: with the size of the terminal, or without one where it is a pipe or a file."""
    if not is_terminal(sys.stdout):
        return Screen(None, color, verbose)
    size = shutil.get_terminal_size()
    return Screen(size.columns, color, verbose, size.lines)


CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The daemon's settings, such as /etc/reconciler/config.yaml.",
)
NO_COLOR = click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR.")
VERBOSE = click.option("--verbose", "-v", count=True, help="Say more on standard error.")
OPTIONS = (
    click.option("--desired", help="Folder of documents. [RECONCILE_DESIRED; ./desired]"),
    click.option(
        "--inventory", type=click.Path(path_type=Path), help="File or folder. [RECONCILE_INVENTORY; ./inventory]"
    ),
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="GLOB",
        help="Only devices whose name matches this shell pattern; repeatable.",
    ),
    NO_COLOR,
    VERBOSE,
)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the shared options as one ``Common``; those before a subcommand's name count, too."""
    return printing("text", "json")(command)


def printing(*forms: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As ``common``, for a command that prints in one of these forms."""
    choice = click.option("--output", "-o", type=click.Choice(forms), help="What to print on standard output.")
    return functools.partial(_given, choice)


def _given(output: Callable[..., Any], command: Callable[..., Any]) -> Callable[..., Any]:

    @functools.wraps(command)
    @click.pass_context
    def wrapped(ctx: click.Context, /, **params: Any) -> Any:
        own = {name: params.pop(name) for name in ("desired", "inventory", "targets", "output", "no_color", "verbose")}
        outer = ctx.obj if isinstance(ctx.obj, dict) else {}
        merged = {name: value or outer.get(name) for name, value in own.items()}
        _check_places(params.get("config"), merged)
        ctx.obj = merged
        return command(_settled(merged), **params)

    return functools.reduce(lambda function, option: option(function), reversed((*OPTIONS, output)), wrapped)


def shown(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a ``command`` that reads nothing but what a daemon says its ``screen``."""

    @functools.wraps(command)
    @click.pass_context
    def wrapped(ctx: click.Context, /, *, no_color: bool, verbose: int, **params: Any) -> Any:
        outer = ctx.obj if isinstance(ctx.obj, dict) else {}
        color = takes_color(no_color or bool(outer.get("no_color")))
        return command(screen=screen(color=color, verbose=bool(verbose or outer.get("verbose"))), **params)

    return NO_COLOR(click.option("--verbose", "-v", count=True, help="Leave nothing out.")(wrapped))


def takes_color(no_color: bool) -> bool:
    """Whether standard output is a terminal that may be painted (https://no-color.org)."""
    plain = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return not plain and is_terminal(sys.stdout)


def _check_places(config: Path | None, given: dict[str, Any]) -> None:
    """Raises: click.UsageError where places are given twice; those of the environment count for nothing then."""
    twice = [f"--{name}" for name in ("desired", "inventory") if config is not None and given[name]]
    if twice:
        raise click.UsageError(f"--config and {twice[0]}: the settings say where that is; give one of them")


def _settled(given: dict[str, Any]) -> Common:
    inventory = given["inventory"] or os.environ.get("RECONCILE_INVENTORY")
    return Common(
        desired_text=given["desired"] or os.environ.get("RECONCILE_DESIRED") or "desired",
        inventory=Path(inventory or "inventory"),
        inventory_given=bool(inventory),
        targets=tuple(given["targets"] or ()),
        output=given["output"] or "text",
        color=takes_color(bool(given["no_color"])),
        verbose=given["verbose"] or 0,
        desired_given=bool(given["desired"]),
    )
