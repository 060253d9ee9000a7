"""Which driver speaks to a device: by its platform, and with the cluster's part where kubectl answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.cluster.driver import ClusterDriver
from reconciler.cluster.kubectl import PROLOGUE
from reconciler.core.driver import Driver, Reading, Script
from reconciler.core.parts import Parts
from reconciler.core.resource import Key, State
from reconciler.desired.device import Device as Entry
from reconciler.linux.driver import LinuxDriver
from reconciler.switch.dialogue import Dialogue
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.direct import Direct
from reconciler.switch.eos.driver import EosDriver, EosReading
from reconciler.switch.eos.welcome import Welcome


@dataclass(frozen=True, slots=True)
class Api:
    """A cluster answers kubectl on this device; ``ask_facts``: its documents leave something out."""

    ask_facts: bool


def driver_for(platform: str, host: str, api: Api | None) -> Driver:
    """``host``: the address that we reach the device at."""
    if platform == "arista_eos":
        return EosDriver(host)
    return Parts(LinuxDriver(), ClusterDriver(ask_facts=api.ask_facts)) if api else LinuxDriver()


def driver_of(entry: Entry, api: Api | None) -> Driver:
    """As the inventory's ``entry`` wants it to be spoken to."""
    if not entry.is_switch:
        return driver_for(entry.platform, entry.host, api)
    return EosDriver(entry.host, timer=entry.commit_timer if entry.transaction == "timer" else None, save=entry.save)


def reading_for(platform: str, found: State, frozen: Mapping[Key, str] | None = None) -> Reading:
    """A reading made of resources alone, for plans without a device."""
    stuck = frozen or {}
    if platform == "arista_eos":
        return EosReading(found=found, frozen=stuck, configuration=Configuration("", found, (), {}, stuck))
    return Reading(found, frozen=stuck)


def greeting_for(platform: str, *, clears: bool) -> Dialogue | None:
    """What is said first on each new terminal of the device; ``clears``: it also drops what dead runs have left."""
    return Welcome(clears=clears) if platform == "arista_eos" else None


def has_own_undo(script: Script) -> bool:
    """Whether the device for which this is knows how it gets back: a switch does."""
    return isinstance(script, Dialogue)


def can_be_taken_back(script: Script) -> bool:
    """Whether the device can take it back by itself: not a switch with ``transaction: none``."""
    return not isinstance(script, Direct)


def prologue_for(api: Api | None) -> str:
    """What the device's shell has to run before the first question."""
    return PROLOGUE if api else ""
