"""`reconcile import containerlab`: from a topology, with the startup configurations and manifests beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from reconciler.adopt.adopted import Refused
from reconciler.adopt.containerlab.importing import containerlab as adopt
from reconciler.adopt.containerlab.reach import Host
from reconciler.cli.import_output import output, put
from reconciler.cli.import_sources import Folder
from reconciler.desired.device import HOST, USER

SETTING = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


def _settings(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        said = SETTING.fullmatch(one)
        if said is None:
            raise click.BadParameter("give it as NAME=VALUE")
        found[said[1]] = said[2]
    return found


def _matching(pattern: re.Pattern[str], what: str) -> Any:
    def check(ctx: click.Context, option: click.Parameter, text: str) -> str:
        if not pattern.fullmatch(text):
            raise click.BadParameter(f"{text!r} is not {what}")
        return text

    return check


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--within", type=click.Path(path_type=Path), help="Read files below this folder. [that of FILE]")
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", callback=_settings, help="For ${NAME}; repeatable."
)
@click.option(
    "--host",
    default="localhost",
    show_default=True,
    callback=_matching(HOST, "a host"),
    help="Where the containers run.",
)
@click.option("--username", default="root", show_default=True, callback=_matching(USER, "a user name"), help="There.")
@click.option("--key", default="id_ed25519", show_default=True, help="For it; relative to the inventory.")
@output
def containerlab(
    file: Path, within: Path | None, given: dict[str, str], to: Path | None, *, force: bool, **host: str
) -> int:
    """From a containerlab topology FILE: switches, nodes, the kind cluster and its Calico, and an inventory.

    Nodes are reached with `docker exec` on the host of the lab, switches over SSH. Nothing is contacted, nothing is
    run, and only files below the topology's folder are read.
    """
    top = within if within is not None else file.parent
    try:
        name = str(file.absolute().relative_to(top.absolute()))
    except ValueError:
        raise click.UsageError(f"--within {top} does not hold {file}") from None
    try:
        return put(adopt(Folder(top), name, given, Host(**host)), to, force=force)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
