"""Choosing what to break: by name, or several at random that do not blur each other; the same seed, the same choice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import TypeVar

from ..errors import LabError, unknown
from ..state import Lab
from .catalogue import BREAKS
from .live import Cluster, Node, Switch, devices
from .scenario import Break, Scenario

T = TypeVar("T")


def by_name(lab: Lab, name: str, seed: int = 0) -> list[Break]:
    """The named break, on a device and entry that ``seed`` chooses."""
    scenario = BREAKS.get(name)
    if scenario is None:
        raise unknown("break", name, BREAKS)
    chosen = next(_candidates(scenario, devices(lab), seed), None)
    if chosen is None:
        raise LabError(f"Nothing in lab {lab.name} can be broken by {name} now: {scenario.summary}.")
    return [chosen]


def at_random(lab: Lab, number: int, seed: int, cascade: bool = False) -> list[Break]:
    """``number`` breaks, of as many different scenarios as possible; ``cascade``: also those that take others along."""
    world = devices(lab)
    suitable = [scenario for scenario in BREAKS.values() if cascade or not scenario.cascade]
    scenarios = _shuffled(suitable, seed, lambda scenario: scenario.name)
    chosen: list[Break] = []
    for candidate in _dealt(_candidates(scenario, world, seed) for scenario in scenarios):
        if len(chosen) == number:
            break
        if not any(candidate.collides(other) for other in chosen):
            chosen.append(candidate)
    if len(chosen) < number:
        raise LabError(f"Only {len(chosen)} breaks fit side by side into lab {lab.name} now, not {number}.")
    return chosen


def _candidates(scenario: Scenario, world: Iterable[Node | Switch | Cluster], seed: int) -> Iterator[Break]:
    """Every way to commit ``scenario``; a device's tables are only read when its turn comes."""
    suitable = [device for device in world if device.sort == scenario.on]
    for device in _shuffled(suitable, seed, lambda device: f"{scenario.name} {device.device}"):
        deeds = _shuffled(scenario.find(device), seed, lambda deed: " ".join(deed.commands))
        yield from (Break(scenario, device, deed) for deed in deeds)


def _dealt(hands: Iterable[Iterator[T]]) -> Iterator[T]:
    """One from each in turn, then the second from each, and so on."""
    return (item for row in zip_longest(*hands) for item in row if item is not None)


def _shuffled(items: Iterable[T], seed: int, name: Callable[[T], str]) -> list[T]:
    """``items`` in an order that depends on ``seed`` and their names alone."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed} {name(item)}".encode()).digest())
