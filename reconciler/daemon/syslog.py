"""Hears what switches say: a syslog receiver, UDP and TCP, that no flood, garbage or dawdling can bring down.

It hands on texts and knows nothing of their meaning. Nothing of a sender is kept but a count, so memory stays flat;
after a full helping it rests, so the loop stays free: what comes meanwhile waits in the kernel, or is lost there.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Literal, NamedTuple

from reconciler.daemon.allowance import Allowance
from reconciler.daemon.framing import LONGEST
from reconciler.daemon.syslog_stream import Streams

Heard = Callable[[str, str], None]
"""Called with the sender's address and the text of its message."""
HELPING = 128
"""Datagrams that are taken at once."""
REST = 0.005
"""Seconds before the next helping: at most 25,600 datagrams a second are even looked at."""
KERNEL_BUFFER = 1 << 20


class Place(NamedTuple):
    """Where to listen; ``port`` 0: a free one (below 1024 only root, or a socket of systemd's)."""

    address: str
    port: int
    protocol: Literal["udp", "tcp"]


class Receiver:
    """``mark``: bytes without which a message is nobody's business, and does not count for its sender either.

    ``lost``: messages that were one too many from their sender.
    """

    def __init__(self, heard: Heard, mark: bytes = b"", allowance: Allowance | None = None) -> None:
        self.lost = 0
        self._heard, self._mark, self._allowance = heard, mark, allowance or Allowance()
        self._datagrams: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._streams = Streams(self._take)
        self._rests: dict[socket.socket, asyncio.TimerHandle] = {}

    async def open(self, places: Sequence[Place], handed: Sequence[socket.socket] = ()) -> None:
        """Listen there, and on sockets that are bound already (systemd.socket(5)). Raises: OSError, and none is open.

        From now on the sockets are ours, and closed with the receiver.
        """
        sockets = list(handed)
        try:
            sockets += [_bound(place) for place in places]
            for one in sockets:
                await self._adopt(one)
        except OSError:
            self.close()
            for one in sockets:
                one.close()
            raise

    @property
    def places(self) -> list[Place]:
        """Where it really listens."""
        datagrams = [_place(one, "udp") for one in self._datagrams]
        return [*datagrams, *(_place(one, "tcp") for server in self._servers for one in server.sockets)]

    def close(self) -> None:
        """No message is handed on any more."""
        for one in self._datagrams:
            asyncio.get_running_loop().remove_reader(one)
            one.close()
        for rest in self._rests.values():
            rest.cancel()
        for server in self._servers:
            server.close()
        self._streams.close()
        self._datagrams, self._servers, self._rests = [], [], {}

    async def _adopt(self, one: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        one.setblocking(False)
        if one.type == socket.SOCK_DGRAM:
            self._datagrams.append(one)
            loop.add_reader(one, self._drain, one)
        else:
            self._servers.append(await loop.create_server(self._streams.new, sock=one))

    def _drain(self, one: socket.socket) -> None:
        """A helping of datagrams; one that cannot be received (an ICMP error of an earlier one) counts, too."""
        for _ in range(HELPING):
            try:
                data, sender = one.recvfrom(LONGEST + 1)
            except BlockingIOError:
                return
            except OSError:
                continue
            self._take(str(sender[0]), data)
        loop = asyncio.get_running_loop()
        loop.remove_reader(one)
        self._rests[one] = loop.call_later(REST, loop.add_reader, one, self._drain, one)

    def _take(self, address: str, data: bytes) -> bool:
        """False: it was one too many."""
        if len(data) > LONGEST or self._mark not in data:
            return True
        if not self._allowance.takes(address, asyncio.get_running_loop().time()):
            self.lost += 1
            return False
        self._heard(plain(address), data.decode("utf-8", "replace").strip("\r\n\0 "))
        return True


def plain(address: str) -> str:
    """As an inventory writes it: without zone, and IPv4 as such on a socket that serves both."""
    found = ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if found.version == 6 else None
    return str(mapped or found)


def _bound(place: Place) -> socket.socket:
    """Raises: OSError, with the place in it."""
    try:
        family = socket.AF_INET6 if ip_address(place.address).version == 6 else socket.AF_INET
    except ValueError:
        raise OSError(f"{place.address!r} is no address to listen on") from None
    one = socket.socket(family, socket.SOCK_DGRAM if place.protocol == "udp" else socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if place.protocol == "tcp":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
        one.bind((place.address, place.port))
    except (OSError, OverflowError) as error:
        one.close()
        reason = getattr(error, "strerror", None) or error
        raise OSError(f"cannot listen on {place.address} port {place.port}/{place.protocol}: {reason}") from None
    return one


def _place(one: socket.socket, protocol: Literal["udp", "tcp"]) -> Place:
    address, port = one.getsockname()[:2]
    return Place(str(address), int(port), protocol)
