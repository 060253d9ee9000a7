"""The law: in random rules, routes, addresses and interfaces `ip route get` finds what our lookup finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_network
from random import Random
from typing import Any

import pytest

from reconciler.linux.route import gateway_of
from reconciler.walk.node import Node
from reconciler.walk.packet import ANYONE, Packet
from tests.linux.conftest import bare
from tests.linux.node import Node as Namespace

pytestmark = pytest.mark.kernel
__all__ = ["bare"]

DEVS = ("d0", "d1", "d2", "d3")
TABLES = (254, 254, 254, 100, 200)
SEEDS = range(5)
PACKETS = 150
ROUTES = 60
ANSWERS = {"Invalid argument": "blackhole", "No route to host": "unreachable", "Permission denied": "prohibit"}


def address(random: Random, version: int) -> str:
    """From a small world: most of what is asked for is covered by something."""
    if version == 4:
        return f"10.{random.randrange(3)}.{random.randrange(4)}.{random.randrange(1, 8)}"
    return f"fd00:{random.randrange(3)}:{random.randrange(4)}::{random.randrange(1, 8):x}"


def prefix(random: Random, version: int) -> str:
    length = random.choice([0, 8, 14, 16, 22, 24, 29, 32] if version == 4 else [0, 16, 32, 48, 64, 125, 128])
    one = random.choice([address(random, version)] * 4 + [ANYONE[version]])
    return str(ip_network(f"{one}/{length}", strict=False))


def lines(random: Random) -> Iterator[str]:
    """Interfaces, some with addresses and some down, routes of every type, rules of every sort that we follow."""
    yield "link set lo up"
    for dev in DEVS:
        yield f"link add {dev} type veth peer name far-{dev}"
        yield f"link set far-{dev} up"
        yield f"link set {dev} {random.choice(['up', 'up', 'up', 'down'])}"
        for version in (4, 6):
            length = random.choice([24, 29, 32] if version == 4 else [64, 128])
            flags = " nodad" if version == 6 else ""
            yield f"address add {address(random, version)}/{length} dev {dev}{flags}"
    for _ in range(ROUTES):
        yield route(random, random.choice([4, 6]))
    for version in (4, 6):
        for _ in range(random.randrange(4)):
            yield rule(random, version)


def route(random: Random, version: int) -> str:
    kind = random.choice(["unicast"] * 6 + ["blackhole", "unreachable", "prohibit", "throw"])
    where = f"{prefix(random, version)} table {random.choice(TABLES)} metric {random.choice([1, 5, 1024])}"
    via = f" via {address(random, version)} onlink" if random.random() < 0.4 else ""
    way = f"{via} dev {random.choice(DEVS)}" if kind == "unicast" else ""
    return f"-{version} route replace {kind} {where}{way}"


def rule(random: Random, version: int) -> str:
    asked = random.choice(
        [
            *[f"to {prefix(random, version)}"] * 4,
            f"from {prefix(random, version)}",
            "fwmark 0x10/0xf0",
            "not fwmark 0x20/0xff",
            f"iif {random.choice(['lo', 'd0'])}",
            f"not to {prefix(random, version)}",
        ]
    )
    does = random.choice(
        [
            "lookup 100",
            "lookup 200",
            "lookup 100 suppress_prefixlength 16",
            "prohibit",
            "blackhole",
            "goto 32766",
            "nop",
        ]
    )
    return f"-{version} rule add priority {random.randrange(1, 500)} {asked} {does}"


def world(random: Random, bare: Namespace) -> Node:
    made = "\n".join(lines(random))
    fours, sixes = ([one for one in made.splitlines() if one.startswith(f"-{v}")] for v in (4, 6))
    others = [one for one in made.splitlines() if not one.startswith("-")]
    for family, rows in (("", others), ("-4", fours), ("-6", sixes)):
        text = "\n".join(row.removeprefix("-4 ").removeprefix("-6 ") for row in rows)
        bare.shell(
            f"printf 0 > /proc/sys/net/ipv6/conf/default/accept_dad\nip {family} -force -batch - <<'end'\n{text}\nend\n"
        )
    return Node(bare.reading().found)


def ours(node: Node, packet: Packet) -> tuple[str, ...]:
    """What the kernel is to say: a type with way out, or an error."""
    found = node.lookup(packet)
    if found.entry is None:
        return (found.action or "none",)
    if found.entry.type in ("local", "broadcast"):
        return (found.entry.type,)
    if found.entry.type != "unicast":
        return (found.entry.type,)
    leg = found.legs[0]
    return ("unicast", leg.dev, leg.gateway or "")


def theirs(answer: dict[str, Any] | str) -> tuple[str, ...]:
    if isinstance(answer, str):
        return next(((name,) for words, name in ANSWERS.items() if words in answer), ("none",))
    kind = answer.get("type", "unicast")
    if kind != "unicast":
        return (str(kind),)
    return ("unicast", str(answer["dev"]), gateway_of(answer) or "")


def words(packet: Packet) -> str:
    mark = f" mark {packet.mark}" if packet.mark else ""
    return mark + (f" oif {packet.oif}" if packet.oif else "")


def asked(bare: Namespace, packets: list[Packet]) -> list[tuple[str, ...]]:
    """`ip route get` for each: its row, or what went wrong."""
    script = "\n".join(f"echo @; ip -j route get {one.dst}{words(one)} 2>&1" for one in packets)
    answers = bare.shell(script).text.split("@\n")[1:]
    return [theirs(json.loads(text)[0] if text.startswith("[") else text) for text in answers]


@pytest.mark.parametrize("seed", SEEDS)
def test_our_lookup_is_the_kernels(seed: int, bare: Namespace) -> None:
    random = Random(seed)
    node = world(random, bare)
    packets = []
    for _ in range(PACKETS):
        version = random.choice([4, 6])
        mark, oif = random.choice([0, 0, 0x10, 0x20]), random.choice([None, None, None, "d1"])
        packets.append(Packet(ANYONE[version], address(random, version), mark=mark, oif=oif))
    told = asked(bare, packets)
    wrong = [(one, ours(node, one), real) for one, real in zip(packets, told, strict=True) if ours(node, one) != real]
    assert wrong == []
    assert len(set(told)) > 3, "a world that tells nothing"
