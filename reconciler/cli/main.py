"""The root command: `reconcile` alone is one cycle; every other command is imported only when it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exits import ERROR
from reconciler.cli.late import Late
from reconciler.cli.options import Common, common
from reconciler.cli.terminal import flush, give_up_output, speak_plainly
from reconciler.cli.terms import terms
from reconciler.core.words import printable

FAILPOINTS = frozenset({"RECONCILE_FAILPOINT", "RECONCILE_FAILPOINT_LOG"})
"""Variables with which tests break us at a named point (`lab.failpoints`)."""
COMMANDS = {
    "validate": ("reconciler.cli.validate:validate", "Check documents, inventory, settings: every problem at once."),
    "fmt": ("reconciler.cli.fmt:fmt", "Put documents into their canonical form; comments stay."),
    "schema": ("reconciler.cli.schema:schema", "JSON Schemas of documents, inventory, settings and outputs."),
    "compile": ("reconciler.cli.documents:compile_", "Show what the documents mean for each device."),
    "observe": ("reconciler.cli.observe:observe", "Show what the devices have right now."),
    "daemon": ("reconciler.cli.daemon:daemon", "Keep the devices so: follow the repository, put drift right."),
    "status": ("reconciler.cli.status:status", "How everything stands, as the daemon sees it."),
    "history": ("reconciler.cli.history:history", "What happened: drifts, revisions, who did what, and how it ended."),
    "plan": ("reconciler.cli.operate:plan", "What the daemon would do now, and the digests of what it holds."),
    "suspend": ("reconciler.cli.operate:suspend", "Have the daemon leave devices alone for a while."),
    "resume": ("reconciler.cli.operate:resume", "End that, or a fight over an entry."),
    "approve": ("reconciler.cli.operate:approve", "Have the daemon apply a plan or a revision that it holds."),
    "diff": ("reconciler.cli.diff:diff", "Two revisions side by side: their documents, and each device."),
    "rollback": ("reconciler.cli.rollback:rollback", "Go back to the revision of an earlier cycle."),
    "sync": ("reconciler.cli.status:sync", "Have the daemon look at its source now."),
    "alert": ("reconciler.cli.alert:alert", "Try out whether the receivers of alerts hear of them."),
    "repo": ("reconciler.cli.repo:repo", "A git repository on this host whose pushes are checked and followed."),
    "import": ("reconciler.cli.adopt:adopt", "Make documents of what there is: devices, a lab, an inventory."),
    "trust": ("reconciler.cli.trust:trust", "Show the devices' host keys and record them."),
    "service": ("reconciler.cli.service:service", "Make a systemd service of an installation by pip."),
    "lab": ("reconciler.lab.cli:lab", "A whole lab on this machine, in network namespaces."),
}


@click.group(cls=Late, late=COMMANDS, invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing; exit 2 if there are changes.")
@click.option("--yes", "-y", is_flag=True, help="Apply without asking.")
@click.option("--approve", "approval", metavar="DIGEST", default="", help="Apply the held plan that has this digest.")
@click.option("--live", type=click.Path(path_type=Path), help="With --dry-run: plan from `observe -o json`.")
@click.version_option(package_name="reconciler")
@terms
@common
def root(options: Common, **asked: Any) -> int:
    """Bring the inventory's devices to the state that the documents want: observe, plan, ask, apply, prove.

    Exit codes: 0 in sync or converged, 1 error, 2 differences are left, 3 held by a guard, 4 some device unknown.
    """
    if click.get_current_context().invoked_subcommand:
        return 0
    from reconciler.cli.reconcile import Run, run

    return run(Run(options, **asked))


def main() -> None:
    """Entry point: every failure is a sentence and an exit code, never a traceback."""
    speak_plainly()
    if FAILPOINTS & os.environ.keys():
        from reconciler.lab.failpoints import install

        install()
    try:
        code = root(standalone_mode=False)
        flush()
    except click.ClickException as error:
        error.show()
        code = ERROR
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted: nothing more is sent. `reconcile --dry-run` shows how things stand.", err=True)
        code = ERROR
    except BrokenPipeError:
        give_up_output()
        code = ERROR
    except OSError as error:
        give_up_output()
        click.echo(f"reconcile: {printable(str(error.filename or 'output'))}: {error.strerror or error}", err=True)
        code = ERROR
    except Exception as error:
        from reconciler.report.mistake import mistake

        click.echo(f"reconcile: {mistake(error)}", err=True)
        code = ERROR
    sys.exit(code if isinstance(code, int) else 0)
