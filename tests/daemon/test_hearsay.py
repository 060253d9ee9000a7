"""What switches say: on sockets of systemd's, in a flood, and in somebody else's name."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from itertools import pairwise

import pytest

from reconciler.daemon.hearsay import Hearsay, is_heard
from reconciler.settings.listen import Endpoint, Protocol
from tests.daemon.fasttime import run

LINE = "<189>Nov 21 17:09:51 ceos01 ConfigAgent: %SYS-5-CONFIG_I: Configured from console by admin on vty3 (10.0.0.5)"


def hearsay(called: list[float]) -> Hearsay:
    hosts = {"ceos01": "192.0.2.1", "ceos02": "192.0.2.2"}
    return Hearsay(lambda: hosts, lambda device: called.append(asyncio.get_running_loop().time()), lambda event: None)


def test_a_flood_in_a_switchs_name_has_it_looked_at_now_and_then_and_the_last_one_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reconciler.daemon.hearsay.SPACED", 1.0)
    called: list[float] = []

    async def flood() -> float:
        one = hearsay(called)
        following = asyncio.create_task(one.run())
        await asyncio.sleep(1.0)
        for _ in range(1000):
            one._hear("192.0.2.1", LINE)
            await asyncio.sleep(0.0095)
        last = asyncio.get_running_loop().time()
        await asyncio.sleep(60.0)
        one._hear("192.0.2.1", LINE)
        assert called[-1] == asyncio.get_running_loop().time(), "the first one after a pause is heard at once"
        one._hear("192.0.2.1", LINE)
        one._hear("192.0.2.2", LINE)
        assert len(called) == 13, "another switch is another matter"
        one.close()
        await asyncio.sleep(60.0)
        following.cancel()
        return last

    last = run(flood())
    assert len(called) == 13
    assert all(after - before > 0.99 for before, after in pairwise(called[:11]))
    assert called[10] >= last - 0.01


@pytest.fixture(params=["udp", "tcp"])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return "udp" if request.param == "udp" else "tcp"


@pytest.fixture
def of_systemd(protocol: Protocol) -> Iterator[socket.socket]:
    """As `ListenStream=` and `ListenDatagram=` with a port alone make it: for IPv4 and IPv6."""
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET6, kind) as one:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        one.bind(("::", 0))
        if protocol == "tcp":
            one.listen()
        yield one


async def test_what_systemd_has_opened_is_not_opened_again(of_systemd: socket.socket, protocol: Protocol) -> None:
    one, port = hearsay([]), of_systemd.getsockname()[1]
    await one.open([Endpoint(protocol, "0.0.0.0", port), Endpoint(protocol, "::", port)], [of_systemd])
    assert [(place.address, place.port) for place in one._receiver.places] == [("::", port)]
    one.close()


def test_what_another_socket_does_not_hear_is_opened(of_systemd: socket.socket, protocol: Protocol) -> None:
    port = int(of_systemd.getsockname()[1])
    assert is_heard(Endpoint(protocol, "192.0.2.1", port), [of_systemd])
    assert not is_heard(Endpoint("tcp" if protocol == "udp" else "udp", "0.0.0.0", port), [of_systemd])
    assert not is_heard(Endpoint(protocol, "0.0.0.0", port ^ 1), [of_systemd])
    with socket.socket(socket.AF_INET6, of_systemd.type) as alone, socket.socket(socket.AF_UNIX) as other:
        alone.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        alone.bind(("::", 0))
        port = int(alone.getsockname()[1])
        assert not is_heard(Endpoint(protocol, "0.0.0.0", port), [alone, other])
        assert is_heard(Endpoint(protocol, "::1", port), [other, alone])
