"""`reconcile import`: documents and an inventory from what is there already; each way in a file of its own."""

from __future__ import annotations

import click

from reconciler.cli.late import Late

WAYS = {
    "live": ("reconciler.cli.import_live:live", "From what the devices of an inventory have now."),
    "containerlab": ("reconciler.cli.import_containerlab:containerlab", "From a containerlab topology and its files."),
    "inventory": ("reconciler.cli.import_inventory:inventory", "From an inventory of Ansible, Nornir or containerlab."),
}


@click.group(name="import", cls=Late, late=WAYS)
def adopt() -> None:
    """Documents from what is there already: printed, or written to a folder with --to. No device is changed.

    What could not be brought over is said on standard error, and in a comment above its document.
    """
