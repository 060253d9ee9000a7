"""The addresses that the inventory's hosts have now, where it gives names instead of addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

from reconciler.daemon.syslog import plain

PATIENCE = 5.0
"""Seconds for a name server."""


async def resolve(hosts: Mapping[str, str], known: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """By device. ``hosts``: what the inventory says; ``known``: the answer of the last time.

    A name that has no answer now keeps the addresses that it had. To be asked again now and then: names move.
    """
    found = await asyncio.gather(*(_addresses(host) for host in hosts.values()))
    return {device: addresses or known.get(device, frozenset()) for device, addresses in zip(hosts, found, strict=True)}


async def _addresses(host: str) -> frozenset[str]:
    """None for a name that nobody knows, or a name server that does not answer."""
    try:
        return frozenset({plain(host)})
    except ValueError:
        pass
    try:
        loop = asyncio.get_running_loop()
        answers = await asyncio.wait_for(loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM), PATIENCE)
    except (OSError, UnicodeError, TimeoutError):
        return frozenset()
    return frozenset(plain(str(address[0])) for *_, address in answers)
