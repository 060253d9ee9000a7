"""What switches say in their logs: a reason to look at once, and a hint at who it was."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from reconciler.core.words import printable
from reconciler.daemon.addresses import resolve
from reconciler.daemon.attribution import Attribution
from reconciler.daemon.event import Event
from reconciler.daemon.speaker import speaker
from reconciler.daemon.syslog import Place, Receiver
from reconciler.settings.listen import Endpoint
from reconciler.switch.eos.syslog import MARK, heard, is_reason
from reconciler.transport.this_run import this_run

RESOLVED = 300.0
"""Seconds between two looks at what the inventory's names stand for."""


class Hearsay:
    """``hosts``: the inventory's, by device. ``called``: this device may have changed. ``tell``: what is lost."""

    def __init__(
        self,
        hosts: Callable[[], Mapping[str, str]],
        called: Callable[[str], None],
        tell: Callable[[Event], None],
    ) -> None:
        self._hosts, self._called, self._tell = hosts, called, tell
        self._addresses: dict[str, frozenset[str]] = {}
        self._run = this_run()
        self._attribution = Attribution(self._run)
        self._receiver = Receiver(self._hear, MARK.encode())
        self._renewed = asyncio.Event()

    async def open(self, places: Sequence[Endpoint], handed: Sequence[socket.socket] = ()) -> None:
        """Raises: OSError."""
        await self._receiver.open([Place(one.host, one.port, one.protocol) for one in places], handed)

    def close(self) -> None:
        self._receiver.close()

    async def run(self) -> None:
        """Keep addresses current, and say so when too much was said. Until cancelled."""
        lost = 0
        while True:
            hosts = self._hosts()
            self._addresses = await resolve(hosts, self._addresses)
            if self._receiver.lost > lost:
                words = f"{self._receiver.lost - lost} syslog messages were one too many from their sender"
                self._tell(Event("syslog", words, level="warning"))
                lost = self._receiver.lost
            with suppress(TimeoutError):
                async with asyncio.timeout(RESOLVED):
                    await self._renewed.wait()
            self._renewed.clear()

    def renew(self) -> None:
        """The inventory may be another one."""
        self._renewed.set()

    def who(self, device: str) -> str:
        """Who may have changed ``device`` just now, in words."""
        return " or ".join(map(str, self._attribution.who(device, time.time())))

    def _hear(self, address: str, text: str) -> None:
        said = heard(text)
        device = None if said is None else speaker(address, said.hostname, self._addresses)
        if said is None or device is None:
            return
        self._attribution.hear(device, said, time.time())
        self._tell(Event("syslog", printable(f"{device} says {said.mnemonic}: {said}"), device, "debug"))
        if is_reason(said, self._run):
            self._called(device)
