"""`reconcile import`: documents and an inventory from what is there already; each way in a file of its own."""

from __future__ import annotations

from importlib import import_module

import click

WAYS = {
    "live": ("reconciler.cli.import_live:live", "From what the devices of an inventory have now."),
    "containerlab": ("reconciler.cli.import_containerlab:containerlab", "From a containerlab topology and its files."),
    "inventory": ("reconciler.cli.import_inventory:inventory", "From an inventory of Ansible, Nornir or containerlab."),
}
"""Name -> where it is, and its line in the help."""


class Ways(click.Group):
    """A group that imports its commands late, as the root command does."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(WAYS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in WAYS:
            return None
        module, _, attribute = WAYS[name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in WAYS.items()])


@click.group(name="import", cls=Ways)
def adopt() -> None:
    """Documents from what is there already: printed, or written to a folder with --to. No device is changed.

    What could not be brought over is said on standard error, and in a comment above its document.
    """
