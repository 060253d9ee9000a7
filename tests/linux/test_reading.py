"""Half an answer is no answer; our own session is found; and no document can smuggle words into a batch."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading, Unreadable
from reconciler.core.resource import Key, Resource
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import NextHop, Route
from reconciler.linux.rule import Rule

from .node import DRIVER
from .test_golden import CAPTURES, CASES

WORKER = next(case for case in CASES if case.name == "calico-worker")
WAY_BACK = '[{"type":"1","dst":"10.10.20.0/24","gateway":"10.10.10.1","dev":"eth1","table":"254","protocol":"142",'
WAY_BACK += '"scope":"0","flags":[]}]'


def answers(instead: dict[str, Answer], case: Path = WORKER) -> list[Answer]:
    """The captured answers, some of them replaced; by file name, without its extension."""
    return [instead.get(name.partition(".")[0], Answer((case / name).read_text())) for name in CAPTURES]


@pytest.mark.parametrize("table", [name.partition(".")[0] for name in CAPTURES[:7]])
@pytest.mark.parametrize(
    "torn",
    [
        lambda text: Answer(""),
        lambda text: Answer(text[: len(text) // 2]),
        lambda text: Answer(text[:-2]),
        lambda text: Answer(text, status=1, error="Dump terminated"),
        lambda text: Answer("", status=127, error="sh: 1: ip: not found"),
        lambda text: Answer(text + text),
        lambda text: Answer("null"),
        lambda text: Answer('{"a": 1}'),
        lambda text: Answer("[1]"),
    ],
    ids=["empty", "half", "no end", "failed", "no program", "twice", "null", "object", "number"],
)
def test_half_an_answer_is_unreadable(table: str, torn: Callable[[str], Answer]) -> None:
    whole = (WORKER / f"{table}.json").read_text()
    with pytest.raises(Unreadable, match=r"ip -j|bridge -j"):
        DRIVER.read(answers({table: torn(whole)}))


@pytest.mark.parametrize(
    ("table", "without"),
    [
        ("address", "ifname"),
        ("address", "flags"),
        ("address", "addr_info"),
        ("route4", "dst"),
        ("route4", "protocol"),
        ("route4", "table"),
        ("neigh", "dev"),
        ("fdb", "mac"),
    ],
)
def test_an_entry_without_what_it_needs_is_unreadable(table: str, without: str) -> None:
    rows = json.loads((WORKER / f"{table}.json").read_text())
    text = json.dumps([{name: value for name, value in row.items() if name != without} for row in rows])
    with pytest.raises(Unreadable, match=without):
        DRIVER.read(answers({table: Answer(text)}))


def test_a_node_without_any_interface_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no interface"):
        DRIVER.read(answers({"address": Answer("[]")}))


def test_the_session_is_the_interface_the_address_and_the_way_back() -> None:
    reading = DRIVER.read(answers({"session": Answer(f"10.10.10.11\n{WAY_BACK}")}))
    assert set(reading.session) == {
        Key("link", "eth1"),
        Key("address", "10.10.10.11/24 dev eth1"),
        Key("route", "10.10.20.0/24 table 254 metric 0"),
    }
    assert set(reading.session) <= set(reading.found)
    assert set(reading.session.values()) == {"carries our own SSH session (to 10.10.10.11)"}


@pytest.mark.parametrize("said", ["", "\n", "172.18.0.9\n"])
def test_a_session_that_ends_elsewhere_protects_nothing(said: str) -> None:
    """`docker exec` tells nothing; a namespace's shell tells of the host it is on, to which it has no route."""
    status, error = (2, "RTNETLINK answers: Network is unreachable") if said.strip() else (0, "")
    assert DRIVER.read(answers({"session": Answer(said, status, error)})).session == {}


@pytest.mark.parametrize("route", [Answer("10.10.10.11\n", 2, "Network is unreachable"), Answer("10.10.10.11\n[]")])
def test_a_session_without_a_known_way_back_is_unreadable(route: Answer) -> None:
    with pytest.raises(Unreadable, match="fibmatch"):
        DRIVER.read(answers({"session": route}))


def test_the_session_over_a_bridge_protects_its_ports() -> None:
    links = json.loads((WORKER / "address.json").read_text())
    bridged = json.dumps([{**row, "master": "eth1"} if row["ifname"] == "far" else row for row in links])
    reading = DRIVER.read(answers({"address": Answer(bridged), "session": Answer(f"10.10.10.11\n{WAY_BACK}")}))
    assert {key.name for key in reading.session if key.kind == "link"} == {"eth1", "far"}


REFUSED = r"cannot be written as one word|does not appear to be an IPv4 or IPv6"
NASTY = [
    "",
    "$(id)",
    "a;id",
    "`id`",
    " ",
    "a b",
    "a\tb",
    "a\nroute flush table main",
    "-force",
    "a#b",
    'a"b',
    "a'b",
    "a\\b",
    "a\u00a0b",
    "\x00",
    "ä",
]
WISHES: list[tuple[Resource, str]] = [
    (Link(ifname="eth1", info_kind="vxlan", up=True), "ifname"),
    (Link(ifname="eth1", info_kind="vxlan"), "info_kind"),
    (Link(ifname="eth1", info_kind="vxlan"), "address"),
    (Link(ifname="eth1", info_kind="vxlan"), "local"),
    (Link(ifname="eth1", info_kind="vxlan"), "lower"),
    (Link(ifname="eth1", info_kind="vxlan"), "group"),
    (Link(ifname="eth1", info_kind="ipip"), "local"),
    (Link(ifname="eth1", info_kind="wireguard"), "fwmark"),
    (Link(ifname="eth1"), "alias"),
    (Link(ifname="eth1"), "master"),
    (Address(dev="eth1", local="10.0.0.1", prefixlen=24), "dev"),
    (Address(dev="eth1", local="10.0.0.1", prefixlen=24), "local"),
    (Address(dev="eth1", local="10.0.0.1", prefixlen=24), "scope"),
    (Address(dev="eth1", local="10.0.0.1", prefixlen=24), "peer"),
    (Neighbour(dev="eth1", dst="10.0.0.1", lladdr="02:00:00:00:00:01"), "dev"),
    (Neighbour(dev="eth1", dst="10.0.0.1", lladdr="02:00:00:00:00:01"), "dst"),
    (Neighbour(dev="eth1", dst="10.0.0.1", lladdr="02:00:00:00:00:01"), "lladdr"),
    (FdbEntry(dev="eth1", mac="02:00:00:00:00:01", dst="10.0.0.1"), "dev"),
    (FdbEntry(dev="eth1", mac="02:00:00:00:00:01", dst="10.0.0.1"), "mac"),
    (FdbEntry(dev="eth1", mac="02:00:00:00:00:01", dst="10.0.0.1"), "dst"),
    *(
        (Rule(priority=1, family=4, table=7), field)
        for field in ("src", "dst", "fwmark", "tos", "iif", "oif", "action")
    ),
    *((Rule(priority=1, family=6, table=7), field) for field in ("uidrange", "sport", "dport", "realms", "table")),
    (Rule(priority=1, family=4, fwmark="0x1"), "fwmask"),
    (Address(dev="eth1", local="10.0.0.1", prefixlen=24), "broadcast"),
    (Route(dst="10.0.0.0/8", protocol=142), "dst"),
    (Route(dst="10.0.0.0/8", protocol=142), "type"),
    (Route(dst="10.0.0.0/8", protocol=142), "gateway"),
    (Route(dst="10.0.0.0/8", protocol=142), "dev"),
    (Route(dst="10.0.0.0/8", protocol=142), "scope"),
    (Route(dst="10.0.0.0/8", protocol=142), "prefsrc"),
]


@pytest.mark.parametrize(("wish", "field"), WISHES, ids=lambda value: getattr(value, "kind", value))
@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_word_that_is_none_is_refused(wish: Resource, field: str, text: str) -> None:
    nasty = dataclasses.replace(wish, **dict[str, Any]({field: text}))
    with pytest.raises(ValueError, match=REFUSED):
        DRIVER.write([Change(None, nasty)], Reading({}))


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_next_hop_that_is_none_is_refused(text: str) -> None:
    route = Route(dst="10.0.0.0/8", protocol=142, nexthops=(NextHop(gateway=text), NextHop(dev=text)))
    with pytest.raises(ValueError, match=REFUSED):
        DRIVER.write([Change(None, route)], Reading({}))


@pytest.mark.parametrize("field", ["protocol", "table", "metric", "mtu"])
def test_a_number_that_is_none_is_refused(field: str) -> None:
    route = dataclasses.replace(Route(dst="10.0.0.0/8", protocol=142), **{field: "1\nroute flush"})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=REFUSED):
        DRIVER.write([Change(None, route)], Reading({}))
