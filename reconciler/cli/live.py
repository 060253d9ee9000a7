"""Live state as JSON: what `observe` prints, and plans made from it without any device."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from reconciler.cli.compiled import STATE_SCHEMA
from reconciler.cli.documents import BadDocuments, offline_limits, offline_owns
from reconciler.cli.options import Common
from reconciler.core.codec import as_json, from_json, misfits
from reconciler.core.plan import Plan
from reconciler.core.resource import Key, Resource, State, ordered, state_of
from reconciler.core.words import printable
from reconciler.desired.kinds import KINDS
from reconciler.desired.repository import Repository
from reconciler.engine.compiled import Contradiction
from reconciler.engine.cycle import Cycle
from reconciler.engine.fleet import without_transports
from reconciler.engine.observe import SENSELESS, Sight, senseless
from reconciler.engine.parts import reading_for
from reconciler.engine.plan import standing
from reconciler.engine.record import Record
from reconciler.intent.against import split
from reconciler.intent.compile import World
from reconciler.intent.wish import Wish

MOST = 20
"""Faults of one file that are told."""
MAX_BYTES = 256 << 20
"""A million rows."""


def document(sights: Mapping[str, Sight], world: World) -> dict[str, object]:
    """``state/v1`` of what was seen, each resource with ``owned``."""
    devices = {name: _device(sights[name], world.get(name, Wish(name, {}))) for name in sorted(sights)}
    return {"schema": STATE_SCHEMA, "devices": devices}


def _device(sight: Sight, wish: Wish) -> dict[str, object]:
    try:
        return _rows(sight, wish)
    except SENSELESS as error:
        return {"status": "unreadable", "reason": senseless(error), "resources": []}


def _rows(sight: Sight, wish: Wish) -> dict[str, object]:
    status, reason = standing(wish, sight)
    head: dict[str, object] = {"status": status} | ({"reason": reason} if reason else {})
    if sight.reading is None:
        return head | {"resources": []}
    if frozen := sight.reading.frozen:
        head["frozen"] = [{**key._asdict(), "reason": frozen[key]} for key in sorted(frozen)]
    ours = split(wish, sight.reading).ours
    rows = [as_json(row) | {"owned": row.key in ours} for row in ordered(sight.reading.found.values())]
    return head | {"resources": rows}


def offline_plan(options: Common, repository: Repository, file: Path) -> Plan:
    """The plan for the state in ``file``. Raises: BadDocuments, click.ClickException."""
    found = sights_of(file)
    options.check_targets(found)
    sights = {name: sight for name, sight in found.items() if options.targeted(name)}
    platforms = {name: _platform(key.kind for key in _found(sight)) for name, sight in sights.items()}
    devices = without_transports(platforms, repository)
    cycle = Cycle(repository, devices, Record(options.inventory), offline_owns(options), limits=offline_limits(options))
    try:
        return cycle.planned(sights)
    except Contradiction as error:
        raise BadDocuments(error.problems) from None


def _platform(kinds: Iterable[str]) -> str:
    """A file does not say it, but its resources do: a switch has VLANs."""
    return "arista_eos" if "vlan" in kinds else "linux"


def is_switch(sight: Sight) -> bool:
    return _platform(key.kind for key in _found(sight)) != "linux"


def sights_of(file: Path) -> dict[str, Sight]:
    """The devices in an output of `observe -o json`. Raises: click.ClickException."""
    try:
        found = json.loads(_text(file))
        if found["schema"] != STATE_SCHEMA:
            raise ValueError(f"its schema is {found['schema']!r}, not {STATE_SCHEMA!r}")
        faults: list[str] = []
        sights = {name: _sight(name, device, faults) for name, device in found["devices"].items()}
        if faults:
            raise ValueError("; ".join([*faults[:MOST], *([f"{len(faults) - MOST} more"] if faults[MOST:] else [])]))
        return sights
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}" if isinstance(error, (KeyError, TypeError)) else str(error)
        said = f"{file} is no output of `reconcile observe -o json`: {reason}"
        raise click.ClickException(printable(said)) from None


def _text(file: Path) -> str:
    """Raises: OSError, ValueError."""
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES >> 20} MiB: observe fewer devices at once with --target")
    return data.decode()


def _sight(name: str, device: Any, faults: list[str]) -> Sight:
    """``faults``: what is wrong with its resources, each with its number, from 0."""
    if not isinstance(device, dict) or not {"status", "resources"} <= device.keys():
        faults.append(f"{name}: expected an object with status and resources")
        return Sight(name)
    status = device["status"]
    if status in ("unreachable", "unreadable"):
        return Sight(name, status=status, reason=device.get("reason", ""))
    rows = device["resources"] if isinstance(device["resources"], list) else [None]
    found = state_of(row for number, one in enumerate(rows) if (row := _row(one, f"{name}: {number}", faults)))
    frozen = {Key(row["kind"], row["name"]): str(row["reason"]) for row in device.get("frozen", ())}
    return Sight(name, reading_for(_platform(key.kind for key in found), found, frozen))


def _row(one: object, place: str, faults: list[str]) -> Resource | None:
    try:
        if not isinstance(one, dict):
            raise ValueError("expected an object with a kind and its attributes")
        row = from_json(one, KINDS)
        if odd := misfits(row):
            raise ValueError(f"{row.kind}: {', '.join(odd)}: neither a value that observe prints, nor absent")
    except (ValueError, TypeError, AttributeError) as error:
        said = str(error).replace(".__init__()", "") if isinstance(error, ValueError) else "attributes make no sense"
        faults.append(f"{place}: {said}")
        return None
    return row


def _found(sight: Sight) -> State:
    return sight.reading.found if sight.reading else {}
