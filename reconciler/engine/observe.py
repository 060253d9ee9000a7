"""Read devices side by side; one that cannot be read is unknown, never empty, and stops nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from reconciler.core.driver import Driver, Reading, ReadsQuickly, Transport, Unreachable, Unreadable
from reconciler.core.plan import Status

AT_ONCE = 64
"""Devices that are talked to at the same time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Device:
    """A device of the inventory, its language and the way to it.

    ``audit``: planned and reported, never written. ``source``: only read, for what it knows of others.
    """

    name: str
    platform: str
    driver: Driver
    transport: Transport
    audit: bool = False
    source: bool = False
    host: str = ""
    """Where we reach it; empty: nowhere."""
    out_of_band: bool = False
    """Whether somebody has said that there is another way in, should we lock ourselves out."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What we know of a device after reading it: a reading, or the reason why there is none."""

    device: str
    reading: Reading | None = None
    status: Status = "ok"
    reason: str = ""


SENSELESS = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What an answer that is well-formed and makes no sense raises, wherever it is looked at."""

Seen = Callable[[Sight], None]


async def observe(
    devices: Iterable[Device], seen: Seen = lambda sight: None, before: Mapping[str, Sight] = MappingProxyType({})
) -> dict[str, Sight]:
    """Read all devices; ``seen`` hears of each as it comes in.

    Of those that are in ``before`` what is slow to ask for is taken from there.
    """
    sights = await side_by_side(_sight(device, seen, before.get(device.name)) for device in devices)
    return {sight.device: sight for sight in sights}


def senseless(error: Exception) -> str:
    """The reason in words."""
    return f"an answer that makes no sense ({type(error).__name__}: {error})"


async def side_by_side(work: Iterable[Awaitable[T]]) -> list[T]:
    """All results in order, at most ``AT_ONCE`` under way."""
    ones, gate = list(work), asyncio.Semaphore(AT_ONCE)
    if len(ones) <= AT_ONCE:
        return await asyncio.gather(*ones)

    async def gated(one: Awaitable[T]) -> T:
        async with gate:
            return await one

    return await asyncio.gather(*map(gated, ones))


async def _sight(device: Device, seen: Seen, before: Sight | None) -> Sight:
    sight = await _read(device, before.reading if before else None)
    seen(sight)
    return sight


async def _asked(device: Device, before: Reading | None) -> Reading:
    """Raises: Unreachable, Unreadable."""
    driver = device.driver
    if before is not None and isinstance(driver, ReadsQuickly):
        return driver.read_quickly(await device.transport.query(driver.quick_questions), before)
    return driver.read(await device.transport.query(driver.questions))


async def _read(device: Device, before: Reading | None) -> Sight:
    try:
        reading = await _asked(device, before)
    except Unreachable as error:
        return Sight(device.name, status="unreachable", reason=str(error))
    except Unreadable as error:
        return Sight(device.name, status="unreadable", reason=str(error))
    except SENSELESS as error:
        return Sight(device.name, status="unreadable", reason=senseless(error))
    if reading.unread:
        reasons = "; ".join(f"{kind}: {why}" for kind, why in sorted(reading.unread.items()))
        return Sight(device.name, reading, "unreadable", reasons)
    return Sight(device.name, reading)
