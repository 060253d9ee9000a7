"""`reconcile lab break switch`: make a running lab's switch misbehave, and well again."""

from __future__ import annotations

import json
from typing import Any

import click

from . import prerequisites, state, switch
from .eos.local import FAULT
from .eos.mischief import FAULTS, Fault
from .errors import LabError, unknown
from .state import Lab, Member


@click.command(name="break switch", context_settings={"ignore_unknown_options": True})
@click.argument("fault", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--device", help="Which switch, where the lab has several.")
@click.option("--list", "listing", is_flag=True, help="Show the faults.")
@click.option("--name", default="lab", show_default=True, help="Which lab, where several are up.")
@click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", show_default=True)
def break_switch(fault: str | None, arguments: tuple[str, ...], output: str, **options: Any) -> None:
    """Make the switch misbehave until `clear`.

    FAULT is one of those that `reconcile lab break switch` shows, with its arguments. Faults add up. Quote what the
    shell would change: a REGEX, a LINE (its parts are separated by " ; ").
    """
    if options["listing"] or fault is None:
        _show(output)
        return
    known = {entry.name: entry for entry in FAULTS}
    if fault not in known:
        raise unknown("fault", fault, known)
    prerequisites.require_root()
    lab = state.get(options["name"])
    member = _switch(lab, options["device"])
    _commit(lab, member, known[fault], _one_line(arguments))
    click.echo(_told(member.name, known[fault], output))


def _commit(lab: Lab, member: Member, fault: Fault, arguments: str) -> None:
    answer = switch.cli(lab, member, f"{FAULT} {fault.name} {arguments}").strip()
    if answer.startswith(f"% {FAULT} "):
        raise LabError(f"Usage: reconcile lab break switch {fault.usage}")
    if answer:
        raise LabError(f"{member.name} answers: {answer}")


def _switch(lab: Lab, device: str | None) -> Member:
    members = {member.name: member for member in lab.switches}
    if device is None and len(members) == 1:
        return next(iter(members.values()))
    if device is None:
        raise LabError(f"Lab {lab.name} has {len(members)} switches; give one of them to --device.")
    if device not in members:
        raise unknown("switch", device, members)
    return members[device]


def _one_line(arguments: tuple[str, ...]) -> str:
    """One line for the console, which would take a second one for a command."""
    text = " ".join(arguments)
    if not text.isprintable():
        raise LabError("The arguments of a fault are one line of printable characters.")
    return text


def _show(output: str) -> None:
    if output == "json":
        rows = [{"name": f.name, "arguments": f.arguments, "summary": f.summary} for f in FAULTS]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(fault.usage) for fault in FAULTS)
    for fault in FAULTS:
        click.echo(f"{fault.usage:{width}}  {fault.summary}")


def _told(device: str, fault: Fault, output: str) -> str:
    if output == "json":
        return json.dumps({"device": device, "fault": fault.name, "summary": fault.summary})
    return f"{device}: {fault.summary}"
