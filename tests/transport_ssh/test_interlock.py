"""Right before a node is written to: what is about to change is as it was read, or nothing at all is sent."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Failure, Reading, Script
from reconciler.core.parts import Parts
from reconciler.core.resource import Key, Resource
from reconciler.linux.address import Address
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.transport.ssh import SshTransport

from .conftest import Connect

ROUTE = Route(dst="10.1.0.0/16", gateway="10.10.10.1", dev="eth1", protocol=142)
OTHER = Route(dst="10.1.0.0/16", gateway="10.10.10.2", dev="eth1", protocol=142)
ROUTE6 = Route(dst="fd00:5::/64", dev="eth1", protocol=142, metric=1024)
NEIGHBOUR = Neighbour(dev="eth1", dst="10.10.10.9", lladdr="02:00:00:00:00:09", protocol=142)
RULE = Rule(priority=100, family=4, src="10.0.0.0/8", table=100, protocol=142)
ADDRESS = Address(dev="eth1", local="10.77.0.1", prefixlen=24)


class Counted:
    """A transport whose round trips are counted."""

    def __init__(self, transport: SshTransport) -> None:
        self.transport, self.trips, self._ask = transport, 0, transport._ask
        transport._ask = self.ask  # type: ignore[method-assign]

    async def ask(self, commands: Sequence[str]) -> Sequence[Answer]:
        self.trips += 1
        return await self._ask(commands)


@pytest.fixture
def transport(connect: Connect, namespace: str) -> SshTransport:
    return connect(shell=f"ip netns exec {namespace} sh")


@pytest.fixture
def somebody(namespace: str) -> Callable[[str], None]:
    """Somebody else at work on the node."""

    def runs(words: str) -> None:
        subprocess.run(["ip", "netns", "exec", namespace, "sh", "-ec", words], check=True)

    return runs


async def read(transport: SshTransport, driver: LinuxDriver | Parts) -> Reading:
    return driver.read(await transport.query(driver.questions))


async def found(transport: SshTransport) -> dict[Key, Resource]:
    return dict((await read(transport, LinuxDriver())).found)


@pytest.mark.parametrize("driver", [LinuxDriver(), Parts(LinuxDriver())], ids=["node", "node with parts"])
async def test_a_repair_takes_no_round_trip_more(transport: SshTransport, driver: LinuxDriver | Parts) -> None:
    script = driver.write([Change(None, ROUTE), Change(None, NEIGHBOUR)], await read(transport, driver))
    counted = Counted(transport)
    assert await transport.apply(script) == []
    assert counted.trips == 1
    assert {ROUTE.key, NEIGHBOUR.key} <= (await found(transport)).keys()


MEANWHILE: Sequence[tuple[Change, str, str]] = (
    (Change(None, ROUTE), "ip route add 10.1.0.0/16 via 10.10.10.7", "has been made"),
    (Change(ROUTE, OTHER), "ip route replace 10.1.0.0/16 via 10.10.10.7 proto 142", "has been changed"),
    (Change(ROUTE, OTHER), "ip route del 10.1.0.0/16", "has been deleted"),
    (Change(ROUTE, None), "ip route replace 10.1.0.0/16 via 10.10.10.7", "has been changed"),
    (Change(NEIGHBOUR, None), "ip neigh replace 10.10.10.9 lladdr 02:00:00:00:00:0a dev eth1", "has been changed"),
    (
        Change(ADDRESS, None),
        "ip address del 10.77.0.1/24 dev eth1; ip address add 10.77.0.1/24 dev eth1 scope link",
        "changed",
    ),
    (
        Change(RULE, None),
        "ip rule del prio 100; ip rule add prio 100 from 10.0.0.0/8 table 100 proto 99",
        "changed",
    ),
)


async def test_an_entry_that_was_changed_meanwhile_is_left_alone(
    transport: SshTransport, somebody: Callable[[str], None]
) -> None:
    beside = Neighbour(dev="eth1", dst="10.10.10.77", lladdr="02:00:00:00:00:77", protocol=142)
    for change, meanwhile, how in MEANWHILE:
        if change.before:
            assert await transport.apply(LinuxDriver().write([Change(None, change.before)], Reading({}))) == []
        driver = LinuxDriver()
        script = driver.write([change, Change(None, beside)], await read(transport, driver))
        somebody(meanwhile)
        then = await found(transport)
        failures = await transport.apply(script)
        assert [(failure.line, failure.nature) for failure in failures] == [(None, "stale")]
        assert f"{change.key} " in failures[0].reason
        assert how in failures[0].reason
        assert await found(transport) == then, "nothing was sent, not even what is as it was"
        somebody("ip route flush 10.1.0.0/16; ip neigh flush nud permanent; ip rule del prio 100 2>/dev/null || :")


async def test_another_entry_of_the_same_table_is_in_nobodys_way(
    transport: SshTransport, somebody: Callable[[str], None]
) -> None:
    driver = LinuxDriver()
    script = driver.write([Change(None, ROUTE), Change(None, ROUTE6)], await read(transport, driver))
    somebody("ip route add 10.9.0.0/16 dev eth1; ip -6 route add fd00:9::/64 dev eth1")
    counted = Counted(transport)
    assert await transport.apply(script) == []
    assert counted.trips == 2, "once to see what there is, once to send"
    assert {ROUTE.key, ROUTE6.key} <= (await found(transport)).keys()
    assert (await transport.query(['echo "${rec_told0-}${rec_told1-}$rec_go"']))[0].text == "\n", "and forgets it"


async def test_what_goes_along_with_an_address_is_put_back_as_it_is_now(
    transport: SshTransport, somebody: Callable[[str], None]
) -> None:
    """The last address of an interface takes its routes; ours would bring back one that was changed meanwhile."""
    somebody("ip route add 10.5.0.0/16 dev eth1")
    driver = LinuxDriver()
    reading = await read(transport, driver)
    address = reading.found[Key("address", "10.10.10.11/24 dev eth1")]
    new = Address(dev="eth1", local="10.10.10.11", prefixlen=24, scope="link")
    script = driver.write([Change(address, new)], reading)
    assert any("10.5.0.0/16" in str(line) for line in script.lines), "it is in the script, so it is asked for"
    somebody("ip route replace 10.5.0.0/16 dev eth1 mtu 1400")
    assert [failure.nature for failure in await transport.apply(script)] == ["stale"]


async def test_clocks_are_no_change(transport: SshTransport, somebody: Callable[[str], None]) -> None:
    """A bridge's timers and the rest of a lifetime differ each time that they are looked at."""
    somebody("for dev in eth1 far; do ip link set $dev addrgenmode none; ip -6 address flush dev $dev; done")
    somebody("ip link add br0 type bridge; ip link set br0 addrgenmode none; ip link set br0 up")
    somebody("ip address add 10.8.0.1/24 dev br0 valid_lft 100 preferred_lft 50")
    somebody("ip -6 route add fd00:7::/64 dev eth1 expires 100")
    driver = LinuxDriver()
    reading = await read(transport, driver)
    first = dict(reading.witness)
    assert (await transport.query(["sleep 1"]))[0].status == 0
    assert (await read(transport, driver)).witness == first
    counted = Counted(transport)
    assert await transport.apply(driver.write([Change(None, ADDRESS), Change(None, ROUTE6)], reading)) == []
    assert counted.trips == 1


async def test_what_a_wish_leaves_open_may_change(transport: SshTransport, somebody: Callable[[str], None]) -> None:
    driver = LinuxDriver()
    reading = await read(transport, driver)
    link = reading.found[Key("link", "eth1")]
    wish = type(link)(ifname="eth1", alias="mine")  # type: ignore[call-arg]
    script = driver.write([Change(wish.lens(link), wish)], reading)
    somebody("ip link set eth1 mtu 1400")
    assert await transport.apply(script) == []
    somebody("ip link set eth1 alias theirs")
    assert [failure.nature for failure in await transport.apply(script)] == ["stale"]


async def test_a_node_that_cannot_count_tells_and_is_judged(
    connect: Connect, namespace: str, somebody: Callable[[str], None]
) -> None:
    transport = connect(shell=f"ip netns exec {namespace} sh", prologue="sha256sum() { return 127; }")
    driver = LinuxDriver()
    script = driver.write([Change(None, ROUTE)], await read(transport, driver))
    assert await transport.apply(script) == []
    somebody("ip route replace 10.1.0.0/16 via 10.10.10.7")
    assert [failure.nature for failure in await transport.apply(script)] == ["stale"]


async def test_tables_that_never_stand_still(transport: SshTransport) -> None:
    driver = LinuxDriver()
    script = driver.write([Change(None, ROUTE)], await read(transport, driver))
    number = "$(od -An -N1 -tu1 /dev/urandom | tr -d ' ')"
    churn = f"command ip route replace 10.{number}.{number}.0/24 dev eth1"
    await transport.query([f'ip() {{ {churn}; command ip "$@"; }}'])
    failures = await transport.apply(script)
    assert failures == [Failure(None, "its tables change faster than they can be compared", nature="stale")]
    assert ROUTE.key not in await found(transport)


async def test_a_table_that_cannot_be_read_again_is_not_written(transport: SshTransport) -> None:
    driver = LinuxDriver()
    script = driver.write([Change(None, ROUTE)], await read(transport, driver))
    await transport.query(['ip() { [ "$1" = -force ] && command ip "$@"; }'])
    failures = await transport.apply(script)
    assert [failure.nature for failure in failures] == ["stale"]
    assert "a torn answer" in failures[0].reason


async def test_a_script_that_expects_nothing_is_sent(transport: SshTransport) -> None:
    script = LinuxDriver().write([Change(None, ROUTE)], Reading({}))
    assert await transport.apply(Script(script.makes)) == []
