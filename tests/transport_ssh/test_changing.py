"""Lines over a real sshd into a real kernel: what was refused is known by its change, or known to be unknown."""

from __future__ import annotations

import secrets

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Line, Script
from reconciler.core.resource import Key
from reconciler.linux.address import Address
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.transport.ssh import SshTransport

from .conftest import Connect

DRIVER = LinuxDriver()
ROUTES = [Route(dst=f"10.{number}.0.0/16", gateway="10.10.10.1", dev="eth1", protocol=142) for number in range(1, 6)]
REFUSED = Route(dst="10.99.0.0/16", gateway="172.16.0.1", dev="eth1", protocol=142)
NEIGHBOUR = Neighbour(dev="eth1", dst="10.10.10.9", lladdr="02:00:00:00:00:09", protocol=142)


@pytest.fixture
def transport(connect: Connect, namespace: str) -> SshTransport:
    return connect(shell=f"ip netns exec {namespace} sh")


async def keys(transport: SshTransport) -> set[Key]:
    return set(DRIVER.read(await transport.query(DRIVER.questions)).found)


async def script(transport: SshTransport, *changes: Change) -> Script:
    return DRIVER.write(changes, DRIVER.read(await transport.query(DRIVER.questions)))


async def test_makes_then_breaks(transport: SshTransport) -> None:
    assert await transport.apply(await script(transport, *(Change(None, route) for route in ROUTES))) == []
    swap = [Change(ROUTES[0], None), Change(None, NEIGHBOUR)]
    assert await transport.apply(await script(transport, *swap)) == []
    found = await keys(transport)
    assert NEIGHBOUR.key in found
    assert [route.key in found for route in ROUTES] == [False, True, True, True, True]


async def test_a_refusal_names_its_change_and_the_rest_is_carried_out(transport: SshTransport) -> None:
    refused = Change(None, REFUSED)
    makes = [Change(None, NEIGHBOUR), *(Change(None, route) for route in ROUTES), refused]
    failures = await transport.apply(await script(transport, *makes))
    assert [(failure.line.change, failure.reason) for failure in failures if failure.line] == [
        (refused, "Error: Nexthop has invalid gateway.")
    ]
    assert len(failures) == 1
    assert {NEIGHBOUR.key, *(route.key for route in ROUTES)} <= await keys(transport)


async def test_nothing_is_broken_when_something_was_not_made(transport: SshTransport) -> None:
    assert await transport.apply(await script(transport, Change(None, ROUTES[0]))) == []
    failures = await transport.apply(await script(transport, Change(None, REFUSED), Change(ROUTES[0], None)))
    assert [failure.line.change.after for failure in failures if failure.line] == [REFUSED]
    assert ROUTES[0].key in await keys(transport)


async def test_what_is_gone_already_is_no_failure(transport: SshTransport) -> None:
    address = Address(dev="eth1", local="10.77.0.1", prefixlen=24)
    unmake = await script(transport, *(Change(gone, None) for gone in (ROUTES[0], NEIGHBOUR, address)))
    assert len(unmake.breaks) == 3
    assert await transport.apply(unmake) == []


async def test_an_argument_error_is_an_unknown_result(transport: SshTransport) -> None:
    """iproute2 ends the batch there and then, with no line number (docs/KERNEL.md, fact 5)."""
    first, second = (Change(None, route) for route in ROUTES[:2])
    lines = await script(transport, first, second)
    bad = Line("ip", "route replace 10.3.0.0/99 dev eth1", first)
    failures = await transport.apply(Script((lines.makes[0], bad, lines.makes[1])))
    assert [failure.line for failure in failures] == [None]
    assert "ended its batch early" in failures[0].reason
    assert "10.3.0.0/99" in failures[0].reason
    found = await keys(transport)
    assert (ROUTES[0].key in found, ROUTES[1].key in found) == (True, False)


@pytest.mark.parametrize("program", ["ip", "bridge"])
async def test_a_batch_killed_half_way_is_an_unknown_result(connect: Connect, program: str) -> None:
    transport = connect(prologue=f"{program}() {{ echo Killed >&2; return 137; }}")
    line = Line(program, "link set lo up", Change(None, ROUTES[0]))
    failures = await transport.apply(Script((line,)))
    assert [(failure.line, failure.reason) for failure in failures] == [
        (None, f"{program} ended its batch early (exit status 137): Killed")
    ]


async def test_other_programs_run_one_by_one(connect: Connect) -> None:
    changes = [Change(None, route) for route in ROUTES[:3]]
    word = secrets.token_hex(4)
    transport = connect(prologue='kubectl() { echo "$@" >&2; test "$1" = good; }')
    lines = [
        Line("kubectl", f"{verdict} '{word} a'", change)
        for verdict, change in zip(["good", "bad", "good"], changes, strict=True)
    ]
    failures = await transport.apply(Script(tuple(lines)))
    assert [(failure.line, failure.reason) for failure in failures] == [(lines[1], f"bad {word} a")]


async def test_lines_for_wg_run_one_by_one_and_say_which_was_refused(connect: Connect) -> None:
    change = Change(None, ROUTES[0])
    ends = ["10.0.0.2:51820", "[fd00::2]:51820"]
    lines = [Line("wg", f"set wg0 peer KEY= endpoint {end}", change) for end in ends]
    transport = connect(prologue='wg() { printf "<%s>" "$@" >&2; test "$6" = 10.0.0.2:51820; }')
    failures = await transport.apply(Script(tuple(lines)))
    assert [(failure.line, failure.reason) for failure in failures] == [
        (lines[1], "<set><wg0><peer><KEY=><endpoint><[fd00::2]:51820>")
    ]


async def test_ten_thousand_routes(transport: SshTransport) -> None:
    routes = [
        Route(dst=f"100.{n // 256}.{n % 256}.0/24", gateway="10.10.10.1", dev="eth1", protocol=142)
        for n in range(10000)
    ]
    made = await script(transport, *(Change(None, route) for route in routes))
    assert await transport.apply(made) == []
    assert {route.key for route in routes} <= await keys(transport)


async def test_nothing_to_send_is_nothing_sent(connect: Connect) -> None:
    assert await connect(host="203.0.113.1").apply(Script(())) == []
