"""What a run by hand writes into the history, beside what a daemon writes there."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from reconciler.core.failpoint import failpoint
from reconciler.core.plan import DevicePlan, Plan
from reconciler.core.words import printable
from reconciler.desired import files
from reconciler.engine.outcome import Outcome
from reconciler.engine.record import world_of
from reconciler.report.outcome import reasons
from reconciler.report.plan_json import change_document
from reconciler.settings.places import state_directory
from reconciler.sinks.database import Unwritable
from reconciler.sinks.journal.documents import Deployed
from reconciler.sinks.journal.entry import Work
from reconciler.sinks.journal.single import SingleRun


class Recording:
    """One run. A history that cannot be written is a warning: a person stands by, and knows what was done."""

    def __init__(self, inventory: Path) -> None:
        self._run = SingleRun(state_directory() / f"journal-{world_of(inventory)}.db")
        self._is_begun = False

    async def begin(self, desired: Path, plan: Plan) -> None:
        """Before anything is written."""
        failpoint("before run begun")
        documents = Deployed(plan.revision, files.bodies(desired))
        try:
            await self._run.begin(documents, _user(), [_work(plan, device) for device in plan.writable])
        except Unwritable as error:
            click.echo(printable(f"this run is not in the history: {error}"), err=True)
        else:
            self._is_begun = True
        failpoint("run begun")

    async def settle(self) -> None:
        """Nothing is written this time; runs that were killed have left entries open."""
        with suppress(Unwritable):
            await self._run.settle()

    async def end(self, outcomes: Sequence[Outcome]) -> None:
        if not self._is_begun:
            return
        failpoint("before run ended")
        try:
            await self._run.end({one.device: "; ".join(reasons(one)) for one in outcomes if not one.ok})
        except Unwritable as error:
            click.echo(printable(f"how this run ended is not in the history: {error}"), err=True)
        failpoint("run ended")


def _work(plan: Plan, device: DevicePlan) -> Work:
    changes = [change_document(planned, device.cause) for planned in device.changes if planned.written]
    return Work(device.name, device.cause, plan.revision, plan.digest, _user(), changes)


def _user() -> str:
    """Who runs this: also behind sudo(8)."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    behind = os.environ.get("SUDO_USER", "")
    return f"{behind} as {name}" if behind and behind != name else name
