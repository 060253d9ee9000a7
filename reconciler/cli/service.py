"""`reconcile service`: make a systemd service of an installation by pip, and take it away again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from reconciler.cli.exits import CONVERGED
from reconciler.cli.units import CONFIG, PLACES, UNITS, File, Refused, our_command, present, wanted

MACHINE = Path("/")
SIGNS = {"new": "+", "changed": "~", "same": "="}
ROOT = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=MACHINE,
    help="Write below this directory (an image), and start nothing.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")

NEXT = """\
Next: put the inventory and the documents where /etc/reconciler/config.yaml says, then
  systemctl enable --now reconciler.service
Ports that only systemd may open, before the service starts:
  systemctl enable reconciler.socket            # syslog of switches, port 514
  systemctl enable reconciler-webhook.socket    # webhook of git hosts, port 8080
Whoever may use `reconcile status`, `suspend` and `approve`: adduser NAME reconciler"""


@click.group()
def service() -> None:
    """The reconciler as a systemd service, for an installation by pip; the Debian package brings its own."""


@service.command()
@ROOT
@DRY_RUN
def install(root: Path, dry_run: bool) -> int:
    """Write the units, the user, the folders, and a configuration where there is none.

    Enables and starts nothing.
    """
    try:
        files = wanted(root, our_command())
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    for file in files:
        _settle(file, dry_run)
    if not dry_run and _is_here(root):
        _run("systemd-sysusers", f"/{PLACES['reconciler.sysusers']}")
        _run("systemd-tmpfiles", "--create", f"/{PLACES['reconciler.tmpfiles']}")
        _reload()
    click.echo("Nothing was written." if dry_run else NEXT)
    return CONVERGED


def _settle(file: File, dry_run: bool) -> None:
    state = file.state
    click.echo(f"{SIGNS[state]} {file.path}")
    if state != "same" and not dry_run:
        file.write()


@service.command()
@ROOT
@DRY_RUN
def uninstall(root: Path, dry_run: bool) -> int:
    """Stop the service and remove what `install` has written.

    The configuration, the state and the user stay.
    """
    try:
        files = present(root)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    units = [file.path.name for file in files if file.path.name in UNITS]
    if units and not dry_run and _is_here(root) and _systemd_runs():
        _run("systemctl", "disable", "--now", *units)
    for file in files:
        click.echo(f"- {file.path}")
        if not dry_run:
            file.path.unlink()
    if files and not dry_run and _is_here(root):
        _reload()
    stays = f"{root / CONFIG}, {root / 'var/lib/reconciler'} and the user reconciler stay."
    click.echo("Nothing was removed." if dry_run or not files else stays)
    return CONVERGED


def _is_here(root: Path) -> bool:
    return root.resolve() == MACHINE


def _reload() -> None:
    if _systemd_runs():
        _run("systemctl", "daemon-reload")


def _systemd_runs() -> bool:
    """As sd_booted(3) finds out."""
    return Path("/run/systemd/system").is_dir()


def _run(*words: str) -> None:
    """Raises: click.ClickException with the program's own words; OSError where it is missing."""
    ran = subprocess.run(words, capture_output=True, text=True)
    if ran.returncode:
        raise click.ClickException(f"{' '.join(words)}: {' '.join(ran.stderr.split()) or f'exit {ran.returncode}'}")
