"""The order of a plan across its devices, what it costs on the way, and whether somebody has to agree to that."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from reconciler.core.plan import Plan
from reconciler.core.schedule import Blast
from reconciler.core.words import plural
from reconciler.engine.observe import Device, Sight
from reconciler.engine.plan import held
from reconciler.engine.transaction.probes import MOST, Probes
from reconciler.schedule.cover import covering
from reconciler.schedule.plan import schedule
from reconciler.schedule.problem import Problem
from reconciler.walk.topology import LINUX, Topology, World

FEW = 3
"""So many interrupted pairs are named."""


def in_order(plan: Plan, sights: Mapping[str, Sight], topology: Topology) -> Plan:
    """``plan`` with its stages, and what each of them does to the packets between nodes."""
    if not plan.writable:
        return plan
    changes = {device.name: device.written for device in plan.writable}
    senseless = {device.name for device in plan.having("unreadable") if not device.writes}
    world = {name: state for name, state in as_seen(sights).items() if name not in senseless}
    return dataclasses.replace(plan, schedule=schedule(changes, world, topology))


def coupled(plan: Plan) -> list[frozenset[str]]:
    """Devices of a plan whose changes concern one another: they are written to together. Each is in one group.

    Together are the ends of the pairs that the plan affects, and all switches, which may be on the way of any of them.
    """
    writing = {device.name: device.platform for device in plan.writable}
    if plan.schedule is None:
        return [frozenset({name}) for name in writing]
    blast = plan.schedule.blast
    ends = {end for pair in (*blast.affected, *blast.gained, *blast.lost) for end in pair}
    together = frozenset(name for name, platform in writing.items() if ends and (name in ends or platform != LINUX))
    alone = [frozenset({name}) for name in writing if name not in together]
    return [*([together] if together else []), *alone]


def held_for_interruption(plan: Plan) -> Plan:
    """Nothing of a plan that cuts flows is sent before somebody has agreed."""
    if plan.schedule is None or not plan.schedule.blast.interrupted:
        return plan
    reason = interrupts(plan.schedule.blast)
    devices = tuple(held(device, reason, approvable=True) if device.writes else device for device in plan.devices)
    return dataclasses.replace(plan, devices=devices)


def interrupts(blast: Blast) -> str:
    """Which pairs, and why."""
    count = plural(blast.pairs, "node pair")
    named = [f"{pair}: {why}" for pair, why in sorted(blast.interrupted.items())[:FEW]]
    more = [f"and {len(blast.interrupted) - FEW} more"] if len(blast.interrupted) > FEW else []
    return f"interrupts {len(blast.interrupted)} of {count}: {'; '.join([*named, *more])}"


def probes_of(plan: Plan, sights: Mapping[str, Sight], topology: Topology, devices: Mapping[str, Device]) -> Probes:
    """A few pings that go over what ``plan`` changes."""
    written = {device.name: device.written for device in plan.writable}
    return Probes(devices, covering(Problem(written, as_seen(sights), topology), MOST))


def as_seen(sights: Mapping[str, Sight]) -> World:
    """Everything that is known of the devices' tables."""
    return {name: sight.reading.found for name, sight in sights.items() if sight.reading is not None}
