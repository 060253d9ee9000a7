"""`reconcile`: one cycle, with a person in the middle: observe, plan, ask, apply, prove."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from reconciler.cli.documents import BadDocuments, inventory_of, repository_of
from reconciler.cli.exits import CHANGES, ERROR, HELD, UNKNOWN, worst
from reconciler.cli.options import Common
from reconciler.cli.progress import shown
from reconciler.cli.terminal import interruptible, is_terminal
from reconciler.core.plan import Plan
from reconciler.core.words import printable
from reconciler.desired.repository import Repository
from reconciler.engine.bounds import limits_of
from reconciler.engine.compiled import Contradiction
from reconciler.engine.cycle import Cycle
from reconciler.engine.fleet import fleet
from reconciler.engine.outcome import Outcome
from reconciler.engine.owned import owns_of
from reconciler.engine.record import Record
from reconciler.engine.transaction.terms import Terms
from reconciler.report import plan_json, plan_text
from reconciler.report.outcome import reasons


@dataclass(frozen=True, slots=True)
class Run:
    """How one run was asked for."""

    options: Common
    dry_run: bool = False
    yes: bool = False
    approval: str = ""
    live: Path | None = None
    terms: Terms = field(default_factory=Terms)


def run(asked: Run) -> int:
    """One cycle; the exit code of the contract, section 4."""
    if asked.live is not None and not asked.dry_run:
        raise click.UsageError("--live plans from a file: it goes with --dry-run")
    repository = repository_of(asked.options)
    if not repository.documents:
        click.echo(f"{asked.options.desired}: an empty desired state is held; nothing is changed", err=True)
        if asked.options.json:
            click.echo(json.dumps(plan_json.document(Plan(repository.revision, ())), indent=2))
        return HELD
    if asked.live is not None:
        return _offline(asked.options, repository, asked.live)
    return asyncio.run(_cycle(asked, repository))


def _offline(options: Common, repository: Repository, live: Path) -> int:
    from reconciler.cli.live import offline_plan

    plan = offline_plan(options, repository, live)
    _show(plan, options)
    return worst(codes(plan))


async def _cycle(asked: Run, repository: Repository) -> int:
    inventory = inventory_of(asked.options, repository)
    asked.options.check_targets(inventory.devices)
    async with fleet(inventory, repository, asked.options.targeted, writes=not asked.dry_run) as devices:
        record, limits = Record(asked.options.inventory), limits_of(inventory)
        cycle = Cycle(repository, devices, record, owns_of(inventory), {asked.approval} - {""}, limits=limits)
        cycle.terms = asked.terms
        try:
            return await _planned(asked, cycle)
        except Contradiction as error:
            raise BadDocuments(error.problems) from None


async def _planned(asked: Run, cycle: Cycle) -> int:
    with shown(asked.options, cycle, len(cycle.devices)):
        plan = await cycle.plan()
    if asked.approval not in ("", plan.digest):
        click.echo(f"--approve {asked.approval} is not the digest of this plan, {plan.digest}", err=True)
    if asked.dry_run:
        _show(plan, asked.options)
        return worst(codes(plan))
    if not asked.options.json:
        _show(plan, asked.options)
    _warn_of_daemon(asked.options.inventory)
    if plan.writable and not (asked.yes or _confirmed(plan, asked.options)):
        click.echo("Nothing was applied.", err=True)
        return worst([CHANGES, *codes(plan)])
    outcomes = await _applied_and_recorded(asked.options, cycle, plan)
    _report(plan, outcomes, asked.options)
    return worst(_applied(plan, outcomes))


async def _applied_and_recorded(options: Common, cycle: Cycle, plan: Plan) -> list[Outcome]:
    from reconciler.cli.recording import Recording

    recording = Recording(options.inventory)
    if not plan.writable:
        await recording.settle()
        return await cycle.apply(plan)
    await recording.begin(cycle.repository.folder, plan)
    with shown(options, cycle, len(plan.writable)):
        outcomes = await cycle.apply(plan)
    await recording.end(outcomes)
    return outcomes


def _warn_of_daemon(inventory: Path) -> None:
    """Two that write at the same time may want different things."""
    from reconciler.daemon.lock import keeper_of

    if holder := keeper_of(inventory):
        click.echo(f"A daemon (process {holder}) keeps these devices: `reconcile suspend` has it wait.", err=True)


def _confirmed(plan: Plan, options: Common) -> bool:
    """Ask a person, who sees the plan first, on standard error where standard output is for a program."""
    if options.json:
        _print(plan, options, err=True)
    if not is_terminal(sys.stdin):
        raise click.ClickException("nothing was applied: without a terminal to ask on, say --yes")
    with interruptible():
        return click.confirm("Apply these changes?", err=True)


def _show(plan: Plan, options: Common) -> None:
    if options.json:
        click.echo(json.dumps(plan_json.document(plan), indent=2))
        return
    _print(plan, options, err=False)


def _print(plan: Plan, options: Common, *, err: bool) -> None:
    for warning in plan.warnings:
        click.echo(warning, err=True)
    for line in plan_text.lines(plan, options.screen):
        click.echo(line, err=err)


def codes(plan: Plan) -> Iterator[int]:
    """What a plan that was not applied means."""
    yield from (UNKNOWN for _ in plan.having("unreachable", "unreadable"))
    yield from (HELD for _ in plan.having("held"))
    yield from (CHANGES for device in plan.devices if device.changes)


def _applied(plan: Plan, outcomes: Iterable[Outcome]) -> Iterator[int]:
    yield from (ERROR for outcome in outcomes if not outcome.ok)
    yield from (UNKNOWN for _ in plan.having("unreachable", "unreadable"))
    yield from (HELD for _ in plan.having("held"))
    audited = (planned for device in plan.devices for planned in device.changes if not planned.written)
    yield from (CHANGES for _ in audited)


def _report(plan: Plan, outcomes: list[Outcome], options: Common) -> None:
    if options.json:
        click.echo(json.dumps(plan_json.document(plan) | {"applied": list(map(_ended, outcomes))}, indent=2))
        return
    for outcome in outcomes:
        for reason in (*reasons(outcome), *outcome.warnings):
            click.echo(printable(f"{outcome.device}: {reason}"), err=True)
    if not outcomes:
        return
    bad = [outcome.device for outcome in outcomes if not outcome.ok]
    count = f"on {len(outcomes) - len(bad)} of {len(outcomes)} devices."
    click.echo(f"Failed on {', '.join(bad)}; applied and proven {count}" if bad else f"Applied and proven {count}")


def _ended(outcome: Outcome) -> dict[str, object]:
    said = {"failures": list(reasons(outcome)), "warnings": list(outcome.warnings)}
    return {"name": outcome.device, "ok": outcome.ok} | said
