"""`reconcile lab`: a world of one switch, Linux nodes, a cluster and pods on this machine, in network namespaces."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import click

from . import addressing, breaks, enter, folder, generate, matrix, ping, prerequisites, state, status, topology, world
from .break_switch import break_switch
from .errors import LabError
from .loss_command import loss
from .overlay import CNIS, FAMILIES, MODES, Overlay
from .overlay import chosen as chosen_overlay
from .state import Lab
from .topology import Topology

NAME = click.option("--name", default="lab", show_default=True, help="Which lab, where several are up.")
OUTPUT = click.option("--output", "-o", type=click.Choice(["text", "json"]), default="text", show_default=True)


MODE_HELP = " ".join(f"{cni}: {', '.join(modes)}." for cni, modes in MODES.items())


class Group(click.Group):
    """A group whose commands' LabErrors end as one sentence on standard error and exit code 1.

    Names of commands may have two words, with options between them: `break --name mine switch`.
    """

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        place = _second_word(args)
        both = " ".join((args[0], *args[place : place + 1]))
        if both != args[0] and both in self.commands:
            return both, self.commands[both], [*args[1:place], *args[place + 1 :]]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LabError as error:
            raise click.ClickException(str(error)) from error


def _second_word(args: list[str]) -> int:
    """The place of the first word behind the command that is no option, and no value of one."""
    place = 1
    while place < len(args) and args[place].startswith("-"):
        place += 1 if "=" in args[place] else 2
    return place


@click.group(cls=Group)
def lab() -> None:
    """A whole lab on this machine: switch, nodes, Kubernetes API and pods, each in namespaces of its own."""


@lab.command()
@click.option(
    "--topology", "file", type=click.Path(path_type=Path), help="containerlab file; default: the built-in lab."
)
@click.option("--nodes", type=click.IntRange(1, 1000), help="Generate a lab with this many Kubernetes nodes instead.")
@click.option("--cni", type=click.Choice(CNIS), default=CNIS[0], show_default=True, help="Whose overlay it is.")
@click.option("--mode", metavar="MODE", help=f"How pods' packets travel. {MODE_HELP}")
@click.option(
    "--family", type=click.Choice(list(FAMILIES)), default="4", show_default=True, help="IP versions of nodes and pods."
)
@click.option("--pods", type=click.IntRange(0, 60), default=1, show_default=True, help="Pods per node.")
@click.option("--dir", "chosen", type=click.Path(path_type=Path), help="Where to keep the lab's files.")
@click.option("--configured", is_flag=True, help="Apply startup configuration and exec lines, as containerlab does.")
@click.option("--record", is_flag=True, help="Keep every byte that SSH clients send to nodes: nodes/NODE/input.log.")
@NAME
def up(name: str, chosen: Path | None, **options: Any) -> None:
    """Bring a lab up: bare unless --configured."""
    started = time.monotonic()
    prerequisites.require_root()
    running = _up(state.checked_name(name), chosen, options)
    pods = sum(len(member.pods) for member in running.nodes)
    if running.overlay.one_vlan:
        click.echo(f"All nodes are in one VLAN: {running.overlay.why_one_vlan}.")
    click.echo(
        f"Lab {name} is up: {_count(len(running.switches), 'switch', 'switches')}, "
        f"{_count(len(running.nodes), 'node', 'nodes')}, {_count(pods, 'pod', 'pods')} "
        f"in {time.monotonic() - started:.1f} s. Files: {running.folder}. Next: reconcile lab shell --name {name}"
    )


def _up(name: str, chosen: Path | None, options: dict[str, Any]) -> Lab:
    if options["nodes"] and options["file"]:
        raise LabError("Give --topology or --nodes, not both.")
    overlay = chosen_overlay(options["cni"], options["mode"], options["family"])
    request = addressing.Request(name=name, pods=options["pods"], record=options["record"], overlay=overlay)
    wanted = _topology(options["file"], options["nodes"], overlay)
    documents = bool(options["nodes"]) or not overlay.seeds
    draft = addressing.plan(wanted, request).model_copy(update={"documents": documents})
    world.check(draft)
    place, made = folder.claim(name, chosen)
    return world.up(draft.model_copy(update={"folder": place, "made_folder": made}), configured=options["configured"])


def _topology(file: Path | None, nodes: int | None, overlay: Overlay) -> Topology:
    """As asked; without a wish the seed's, or its size in one VLAN where the overlay needs that."""
    if nodes or (file is None and overlay.one_vlan):
        return generate.topology(nodes or generate.SEEDS_NODES, overlay)
    return topology.load(file or topology.SEED)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@lab.command()
@NAME
def down(name: str) -> None:
    """End a lab and leave nothing of it.

    Harmless when it is down already.
    """
    prerequisites.require_root()
    click.echo(f"Lab {name} is down." if world.down(name) else f"Lab {name} was not up.")


@lab.command(name="status")
@NAME
@OUTPUT
def show_status(name: str, output: str) -> None:
    """Show the lab's members and whether they live.

    Exits with 1 if any does not.
    """
    prerequisites.require_root()
    rows = status.rows(state.get(name))
    if output == "json":
        click.echo(json.dumps({"name": name, "members": rows}, indent=2))
    else:
        width = max(len(row["name"]) for row in rows)
        for row in rows:
            alive = "alive" if row["alive"] else "dead"
            click.echo(f"{row['name']:{width}}  {row['kind']:6}  {row['address']:15}  {row['pid'] or '-':>7}  {alive}")
    raise SystemExit(0 if all(row["alive"] for row in rows) else 1)


@lab.command(name="exec", context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@NAME
def execute(name: str, node: str, command: tuple[str, ...]) -> None:
    """Run COMMAND on NODE; `jump` is the jump host.

    On a switch it is an EOS command, newlines separate several.
    """
    prerequisites.require_root()
    enter.run(state.get(name), node, list(command))


@lab.command()
@NAME
def shell(name: str) -> None:
    """Open a shell on the lab's jump host.

    Plain `reconcile` finds the lab's inventory there.
    """
    prerequisites.require_root()
    enter.shell(state.get(name))


@lab.command(name="ping")
@NAME
@OUTPUT
def ping_all(name: str, output: str) -> None:
    """Ping between all pods and between all nodes.

    Exits with 1 if any pair fails.
    """
    prerequisites.require_root()
    results = ping.everyone(state.get(name))
    if output == "json":
        click.echo(json.dumps({result.group: matrix.document(result) for result in results}, indent=2))
    else:
        for line in (line for result in results for line in matrix.lines(result)):
            click.echo(line)
    raise SystemExit(1 if any(result.failed for result in results) else 0)


@lab.command(name="break")
@click.argument("scenario", required=False)
@click.option("--random", "number", type=click.IntRange(1), help="Break this many different things.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed chooses the same targets.")
@click.option("--cascade", is_flag=True, help="With --random: also breaks that take other entries along.")
@click.option("--list", "listing", is_flag=True, help="Show the scenarios.")
@NAME
@OUTPUT
def break_something(scenario: str | None, number: int | None, listing: bool, **options: Any) -> None:
    """Break something behind the reconciler's back.

    One SCENARIO, or --random N things. What happens to the switch itself: `reconcile lab break switch`.
    """
    if listing:
        _list_breaks(options["output"])
        return
    if (scenario is None) == (number is None):
        raise LabError("Name one SCENARIO or give --random N; `reconcile lab break --list` shows the scenarios.")
    prerequisites.require_root()
    running, seed = state.get(options["name"]), options["seed"]
    if scenario:
        chosen = breaks.by_name(running, scenario, seed)
    else:
        chosen = breaks.at_random(running, number or 0, seed, options["cascade"])
    for deed in chosen:
        deed.commit()
    _show_broken([broken for deed in chosen for broken in deed.broken], options["output"])


lab.add_command(break_switch)
lab.add_command(loss)


def _list_breaks(output: str) -> None:
    rows = [{"name": s.name, "on": s.on, "summary": s.summary, "cascade": s.cascade} for s in breaks.BREAKS.values()]
    if output == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['name']:24}{row['on']:9}{row['summary']}")


def _show_broken(broken: list[breaks.Broken], output: str) -> None:
    if output == "json":
        click.echo(json.dumps([dataclasses.asdict(row) for row in broken], indent=2))
        return
    for row in broken:
        click.echo(f"{row.scenario}: {row.device} needs {row.verb} of {row.kind} {row.name}")
