"""Listens to one node's own events, on a channel of its own, for as long as the node is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reconciler.core.driver import Reading, Rumours, Streams, Unreachable, Watches
from reconciler.core.resource import Resource, State
from reconciler.core.watching import READY
from reconciler.engine.observe import Device
from reconciler.report.mistake import mistake
from reconciler.transport.backoff import Backoff

LONGEST = 30.0
"""Seconds between two tries to listen; meanwhile the device is read now and then as any other."""

LASTING = 60.0
"""Seconds after which a stream that ends was a good one."""


Stirred = Callable[[bool], None]
"""Called for what was heard; True: the watch listens from now on, so the device is there."""


class Watcher:
    """``ended``: called with the reason when nothing is heard any more."""

    def __init__(self, driver: Watches, transport: Streams, stirred: Stirred) -> None:
        self._driver, self._transport = driver, transport
        self._stirred = stirred
        self._rumours: Rumours = driver.rumours()
        self._backoff = Backoff(lambda: asyncio.get_running_loop().time(), longest=LONGEST)

    async def run(self, ended: Callable[[str], None]) -> None:
        """Until cancelled; whatever ends the stream, it is begun again: later and later, if it does not last."""
        loop = asyncio.get_running_loop()
        while True:
            self._rumours = self._driver.rumours()
            began = loop.time()
            try:
                await self._transport.watch(self._driver.watch, self._hear)
            except Unreachable as error:
                if loop.time() - began > LASTING:
                    self._backoff.succeeded()
                self._backoff.failed(str(error))
                ended(str(error))
            except Exception as error:  # a line of the node's that nobody has foreseen
                self._backoff.failed(mistake(error))
                ended(mistake(error))
            await asyncio.sleep(self._backoff.left or 0.1)

    @property
    def quick(self) -> bool:
        """Whether it is enough to ask for what changes by itself."""
        return self._rumours.quick

    def news(self, reading: Reading, desired: State, owns: Callable[[Resource], bool]) -> str:
        """What was heard and ``reading`` does not show; empty: nothing."""
        return self._rumours.news(reading, desired, owns)

    def _hear(self, line: str) -> None:
        """A shell that complains and exits is heard, too: only ``ready`` says that somebody listens."""
        self._rumours.hear(line)
        self._stirred(line == READY)


def watcher_of(device: Device, stirred: Stirred) -> Watcher | None:
    """For a device that tells of changes; None for one that does not."""
    driver, transport = device.driver, device.transport
    if isinstance(driver, Watches) and isinstance(transport, Streams):
        return Watcher(driver, transport, stirred)
    return None
