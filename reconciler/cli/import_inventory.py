"""`reconcile import inventory`: from an inventory of Ansible, Nornir or containerlab."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.adopt.adopted import Refused
from reconciler.adopt.inventories.importing import inventory as adopt
from reconciler.cli.import_output import output, put
from reconciler.cli.import_sources import Folder


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", default="imported", show_default=True, help="Of the inventory.")
@output
def inventory(files: tuple[Path, ...], name: str, to: Path | None, *, force: bool) -> int:
    """From Ansible's hosts (INI, YAML, `ansible-inventory --list`), Nornir's hosts.yaml, or containerlab's files.

    group_vars/, host_vars/, groups.yaml and defaults.yaml beside FILE are read, too. Passwords are never copied, they
    become references to the environment; nothing is run, so dynamic inventories are refused.
    """
    places = [file.absolute() for file in files]
    top = Path(os.path.commonpath([place.parent for place in places]))
    try:
        adopted = adopt(Folder(top), [str(place.relative_to(top)) for place in places], name)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    return put(adopted, to, force=force)
