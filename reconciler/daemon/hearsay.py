"""What switches say in their logs: a reason to look at once, and a hint at who it was."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address

from reconciler.core.words import printable
from reconciler.daemon.addresses import resolve
from reconciler.daemon.attribution import Attribution
from reconciler.daemon.speaker import speaker
from reconciler.daemon.syslog import Place, Receiver
from reconciler.report.event import Event
from reconciler.settings.listen import Endpoint
from reconciler.switch.eos.syslog import MARK, heard, is_reason
from reconciler.transport.this_run import this_run

PROTOCOLS = {socket.SOCK_DGRAM: "udp", socket.SOCK_STREAM: "tcp"}
SPACED = 0.25
"""Seconds between two looks at a switch because of what came in its name: anybody can send that; a look is cheap."""
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
        self._due: dict[str, float] = {}
        self._later: dict[str, asyncio.TimerHandle] = {}

    async def open(self, places: Sequence[Endpoint], handed: Sequence[socket.socket] = ()) -> None:
        """``handed``: sockets that are bound already; what they hear is not listened to twice. Raises: OSError."""
        missing = [one for one in places if not is_heard(one, handed)]
        await self._receiver.open([Place(one.host, one.port, one.protocol) for one in missing], handed)

    def close(self) -> None:
        self._receiver.close()
        for one in self._later.values():
            one.cancel()
        self._later.clear()

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
            self._call(device)

    def _call(self, device: str) -> None:
        """At once, and then at most every ``SPACED`` seconds; the last one is not lost."""
        loop = asyncio.get_running_loop()
        wait = self._due.get(device, 0.0) - loop.time()
        if wait <= 0:
            self._due[device] = loop.time() + SPACED
            self._called(device)
        elif device not in self._later:
            self._later[device] = loop.call_later(wait, self._call_again, device)

    def _call_again(self, device: str) -> None:
        self._later.pop(device)
        self._due[device] = asyncio.get_running_loop().time() + SPACED
        self._called(device)


def is_heard(place: Endpoint, handed: Sequence[socket.socket]) -> bool:
    """Whether one of these sockets hears what is sent to ``place``, so that nobody else can be bound there."""
    return any(_hears(one, place) for one in handed)


def _hears(one: socket.socket, place: Endpoint) -> bool:
    """`ListenStream=514` is ``::`` and hears IPv4 as well, unless ``BindIPv6Only=`` says otherwise."""
    if one.family not in (socket.AF_INET, socket.AF_INET6) or place.protocol != PROTOCOLS.get(one.type):
        return False
    address, port = one.getsockname()[:2]
    if port != place.port:
        return False
    own, wanted = ip_address(str(address).partition("%")[0]), ip_address(place.host)
    if own == wanted or (own.version == wanted.version and own.is_unspecified):
        return True
    both = own.version == 6 and not one.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    return both and (own.is_unspecified or getattr(own, "ipv4_mapped", None) == wanted)
