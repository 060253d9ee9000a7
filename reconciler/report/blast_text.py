"""Whom a plan touches on its way, for people: how many node pairs, which of them for how long, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.plan import Plan
from reconciler.core.resource import Resource
from reconciler.core.schedule import Blast, Stage
from reconciler.core.words import plural
from reconciler.report.screen import Screen
from reconciler.report.text import Text, named

FEW = 8
"""So many pairs are named one by one."""


def lines(plan: Plan, screen: Screen) -> Iterator[str]:
    """What is to be said before a plan's last line; nothing where it touches no pair. The order with ``-v``."""
    if plan.schedule is None:
        return
    if screen.verbose and len(plan.schedule.stages) > 1:
        for number, stage in enumerate(plan.schedule.stages, 1):
            yield from Text(f"{number}.", _stage(stage)).printed(screen)
    for names, devices in _stand_ins(plan.schedule.stand_ins).items():
        yield from Text(f"{named(devices, screen)}: via a temporary interface", names).printed(screen)
    blast = plan.schedule.blast
    for text in _interrupted(blast):
        yield from text.printed(screen)
    if blast.pairs:
        yield str(blast)


def _stage(stage: Stage) -> str:
    """Who is sent how much at the same time."""
    return ", ".join(f"{step.device}: {plural(len(step.changes), 'change')}" for step in stage.steps)


def _stand_ins(by_device: Mapping[str, Sequence[Resource]]) -> dict[str, list[str]]:
    """Interfaces that are there for a moment: their names -> on which devices."""
    found: dict[str, list[str]] = {}
    for device, some in sorted(by_device.items()):
        found.setdefault(", ".join(one.name for one in some if one.kind == "link"), []).append(device)
    return found


def _interrupted(blast: Blast) -> Iterator[Text]:
    pairs = sorted(blast.interrupted.items())
    yield from (Text(f"! interrupts {pair}", f"{why}") for pair, why in pairs[:FEW])
    if len(pairs) > FEW:
        yield Text(f"! interrupts {len(pairs) - FEW} more")
