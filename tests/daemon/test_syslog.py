"""The receiver on loopback: real datagrams and connections, floods, dawdlers, garbage, and sockets of systemd's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable

import pytest

from reconciler.daemon import syslog_stream
from reconciler.daemon.allowance import BURST, RATE
from reconciler.daemon.syslog import Place, Receiver, plain

UDP, TCP = Place("127.0.0.1", 0, "udp"), Place("127.0.0.1", 0, "tcp")
UDP6, TCP6 = Place("::1", 0, "udp"), Place("::1", 0, "tcp")
LINE = b"<165>Nov 21 17:09:51 ceos01 ConfigAgent: %SYS-5-CONFIG_I: Configured from console by admin on vty3 (10.0.0.5)"


class Ear(Receiver):
    """Remembers what it has heard."""

    def __init__(self, mark: bytes = b"") -> None:
        self.all: list[tuple[str, str]] = []
        super().__init__(lambda address, text: self.all.append((address, text)), mark)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not is_so():
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def listening(*places: Place, mark: bytes = b"") -> AsyncIterator[Ear]:
    ear = Ear(mark)
    await ear.open(places)
    try:
        yield ear
    finally:
        ear.close()


def dial(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.address else socket.AF_INET
    one = socket.socket(family, socket.SOCK_DGRAM if place.protocol == "udp" else socket.SOCK_STREAM)
    one.connect((place.address, place.port))
    return one


@pytest.mark.parametrize("place", [UDP, UDP6, TCP, TCP6], ids=str)
async def test_a_message_is_heard_with_its_senders_address(place: Place) -> None:
    async with listening(place) as ear:
        with dial(ear.places[0]) as one:
            one.sendall(LINE + b"\r\n")
            await ear.until(lambda: bool(ear.all))
    assert ear.all == [(place.address, LINE.decode())]


async def test_datagrams_are_bounded_and_of_any_bytes() -> None:
    async with listening(UDP) as ear:
        with dial(ear.places[0]) as one:
            for data in (b"", b"x" * 9000, b"\xff\xfe\0", b"end"):
                one.send(data)
            await ear.until(lambda: ("127.0.0.1", "end") in ear.all)
    assert ear.all == [("127.0.0.1", ""), ("127.0.0.1", "\ufffd\ufffd"), ("127.0.0.1", "end")]


async def test_a_connection_carries_many_in_both_framings() -> None:
    async with listening(TCP) as ear:
        with dial(ear.places[0]) as one:
            one.sendall(b"%d %s" % (len(LINE), LINE) + LINE + b"\n" + LINE[:20])
            await asyncio.sleep(0.02)
            one.sendall(LINE[20:] + b"\n")
            await ear.until(lambda: len(ear.all) == 3)
    assert {text for _, text in ear.all} == {LINE.decode()}


async def test_sockets_that_systemd_hands_over() -> None:
    datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    datagrams.bind(("::", 0))
    stream = socket.create_server(("127.0.0.1", 0))
    ear = Ear()
    await ear.open((), [datagrams, stream])
    with dial(Place("127.0.0.1", datagrams.getsockname()[1], "udp")) as one, dial(ear.places[1]) as two:
        one.send(b"one")
        two.sendall(b"two\n")
        await ear.until(lambda: len(ear.all) == 2)
    ear.close()
    assert sorted(ear.all) == [("127.0.0.1", "one"), ("127.0.0.1", "two")]
    assert (datagrams.fileno(), stream.fileno()) == (-1, -1)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Place("192.0.2.1", 0, "udp"), "cannot listen on 192.0.2.1 port 0/udp: Cannot assign requested address"),
        (Place("ceos01", 0, "udp"), "'ceos01' is no address to listen on"),
        (Place("127.0.0.1", 70000, "tcp"), "cannot listen on 127.0.0.1 port 70000/tcp: bind(): port must be 0-65535"),
    ],
)
async def test_a_place_that_cannot_be_used_says_why_and_none_stays_open(place: Place, reason: str) -> None:
    handed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    handed.bind(("127.0.0.1", 0))
    ear = Ear()
    with pytest.raises(OSError, match="listen on") as raised:
        await ear.open([TCP, place], [handed])
    assert str(raised.value).rstrip(".") == reason
    assert (ear.places, handed.fileno()) == ([], -1)


async def test_a_flood_starves_neither_the_loop_nor_another_sender() -> None:
    """30,000 datagrams as fast as one thread sends, while the loop keeps a beat and somebody else says one thing."""
    async with listening(UDP, mark=b"%SYS-") as ear:
        place, late = ear.places[0], 0.0

        def flood() -> float:
            with dial(place) as one:
                started = time.perf_counter()
                for _ in range(30_000):
                    one.send(LINE)
                return 30_000 / (time.perf_counter() - started)

        async def beat() -> None:
            nonlocal late
            while True:
                began = time.thread_time()  # of this thread alone: the machine may have others to serve
                await asyncio.sleep(0.01)
                late = max(late, time.thread_time() - began)

        heart = asyncio.create_task(beat())
        rate = await asyncio.to_thread(flood)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.2", 0))
            async with asyncio.timeout(5):
                while ("127.0.0.2", LINE.decode()) not in ear.all:
                    other.sendto(LINE, place[:2])
                    await asyncio.sleep(0.02)
        heart.cancel()
    flooded = [address for address, _ in ear.all if address == "127.0.0.1"]
    assert rate > 3_000
    assert BURST <= len(flooded) <= BURST + 10 * RATE
    assert ear.lost > 0
    assert late < 0.25


async def test_what_is_nobodys_business_uses_up_nothing() -> None:
    async with listening(UDP, mark=b"%SYS-") as ear:
        with dial(ear.places[0]) as one:
            for _ in range(int(3 * BURST)):
                one.send(b"<165>Nov 21 17:09:51 ceos01 Ebra: %LINEPROTO-5-UPDOWN: x")
            one.send(LINE)
            await ear.until(lambda: bool(ear.all))
    assert (ear.all, ear.lost) == ([("127.0.0.1", LINE.decode())], 0)


async def test_memory_stays_flat_whatever_is_sent() -> None:
    async with listening(TCP, mark=b"%SYS-") as ear:
        with dial(ear.places[0]) as one:
            one.setblocking(False)
            loop = asyncio.get_running_loop()
            pieces = (b"<1>x\n" * 20_000, b"x" * 300_000, b"\n999999 <", b"y" * 500_000, LINE, b"\n" * 100_000)
            tracemalloc.start()
            for piece in pieces:
                await loop.sock_sendall(one, piece)
            await asyncio.sleep(0.05)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert peak < 150_000


async def test_connections_are_limited_and_whoever_was_silent_longest_goes() -> None:
    async with listening(TCP) as ear, contextlib.AsyncExitStack() as stack:
        dialled = []
        for number in range(syslog_stream.MOST_OF_ONE + 1):
            one = stack.enter_context(dial(ear.places[0]))
            one.sendall(b"<1>%d\n" % number)
            dialled.append(one)
            await ear.until(lambda number=number: len(ear.all) == number + 1)  # type: ignore[misc]
            if number == 1:
                dialled[0].sendall(b"<1>again\n")
                await ear.until(lambda: ("127.0.0.1", "<1>again") in ear.all)
                ear.all.pop()
        assert len(ear._streams) == syslog_stream.MOST_OF_ONE
        assert [await _is_open(one) for one in dialled[:3]] == [True, False, True]


async def test_whoever_does_not_finish_what_he_began_is_cut_off() -> None:
    async with listening(TCP) as ear:
        ear._streams.patience = 0.1
        place = ear.places[0]
        with dial(place) as silent, dial(place) as dawdler, dial(place) as idle, dial(place) as brisk:
            idle.sendall(b"<1>idle\n")
            for number in range(12):
                with contextlib.suppress(ConnectionError):
                    dawdler.sendall(b"x")
                brisk.sendall(b"\n<1>%d" % number)
                await asyncio.sleep(0.02)
            brisk.sendall(b"\n")
            open_ = [await _is_open(one) for one in (silent, dawdler, idle, brisk)]
    assert open_ == [False, False, True, True]


async def _is_open(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(one, 1), 0.05) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def test_addresses_are_written_as_in_an_inventory() -> None:
    assert [plain(one) for one in ("10.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "2001:DB8::1")] == [
        "10.0.0.1",
        "10.0.0.1",
        "fe80::1",
        "2001:db8::1",
    ]
