"""What a watched cluster may show beside what was compiled (8.7), and who else repairs what (8.6, 8.1 to 8.4)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core.resource import Key, Resource, State, state_of
from reconciler.desired.load import load
from reconciler.engine.observe import Sight
from reconciler.engine.parts import reading_for
from reconciler.engine.plan import plan_device
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Wish
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from tests.engine.fakes import unreached

from .vectors import Record, cases, documents, write

R8 = Key("route", "192.168.23.64/32 table 254 metric 0")
BLOCK = Key("route", "192.168.209.64/26 table 254 metric 0")


def case(name: str) -> Record:
    return next(case for case in cases() if case["id"] == name)


def wish_of(folder: Path, name: str, node: str, mode: str, version: str = "") -> Wish:
    """One node of a vector's world, its cluster watched or enforced."""
    made = list(documents(case(name)))
    for document in made:
        if document["kind"] == "Cluster":
            document["spec"]["mode"] = mode
            document["spec"]["calico"]["version"] = version or document["spec"]["calico"]["version"]
    return compile_world(load(write(folder, made)))[node]


def changes(wish: Wish, found: State) -> set[str]:
    plan = plan_device(wish, Sight(wish.device, reading_for("linux", found)), unreached(LinuxDriver()))
    return {f"{planned.change.verb} {planned.change.key}" for planned in plan.changes}


def without(state: State, *keys: Key) -> dict[Key, Resource]:
    return {key: row for key, row in state.items() if key not in keys}


@pytest.mark.parametrize(("mode", "planned"), [("audit", set()), ("enforce", {f"create {R8}"})])
def test_the_tunnels_own_routes_come_with_the_order_of_events(tmp_path: Path, mode: str, planned: set[str]) -> None:
    wish = wish_of(tmp_path, "V01", "k01-worker", mode)
    assert changes(wish, without(wish.desired, R8)) == planned
    assert changes(wish, without(wish.desired, BLOCK)) == {f"create {BLOCK}"}


@pytest.mark.parametrize(
    ("mode", "version", "kept"), [("audit", "3.32", True), ("enforce", "3.32", False), ("audit", "3.33", False)]
)
def test_a_patch_release_may_route_a_nodes_own_address(tmp_path: Path, mode: str, version: str, kept: bool) -> None:
    wish = wish_of(tmp_path, "V28", "node1", mode, version)
    extra = Route(dst="10.0.1.5/32", gateway="10.0.1.0", dev="vxlan.calico", protocol=3, onlink=True)
    assert (changes(wish, state_of([*wish.desired.values(), extra])) == set()) is kept


def test_birds_metric_is_what_the_sender_prefers(tmp_path: Path) -> None:
    watched, enforced = (wish_of(tmp_path / mode, "V14c", "node1", mode, "3.32") for mode in ("audit", "enforce"))
    birds = [row for row in watched.desired.values() if isinstance(row, Route) and row.metric == 1024]
    assert len(birds) == 2
    others = [replace(row, metric=2147483547) for row in birds]
    found = state_of([*without(watched.desired, *(row.key for row in birds)).values(), *others])
    assert changes(watched, found) == set()
    assert len(changes(enforced, found)) == 4
    elsewhere = state_of([*found.values(), replace(others[0], dst="192.168.77.0/26")])
    assert len(changes(watched, elsewhere)) == 1, "a prefix that nobody wants is no other metric"


def test_what_stands_on_a_device_that_is_down_is_withheld(tmp_path: Path) -> None:
    wish = wish_of(tmp_path, "V03", "k01-worker", "audit")
    key = Key("link", "vxlan.calico")
    down = {k: row for k, row in wish.desired.items() if row.link != "vxlan.calico"}
    device = down[key]
    assert isinstance(device, Link)
    assert changes(wish, down | {key: replace(device, up=False)}) == {"update link vxlan.calico"}
    assert changes(wish, without(down, key)) == {"create link vxlan.calico"}
    assert len(changes(wish, down)) > 5, "the device is up, and its rows are missing"


@pytest.mark.parametrize(
    ("name", "node", "row", "otherwise"),
    [
        ("V01", "k01-worker", "route 192.168.209.64/26 table 254 metric 0", "Felix, within 99 s"),
        ("V01", "k01-worker", "neighbour 192.168.209.64 dev vxlan.calico", "Felix, within 99 s"),
        ("V01", "k01-worker", "link vxlan.calico", "Felix, within 10 s"),
        ("V01", "k01-worker", "address 192.168.81.64/32 dev vxlan.calico", "Felix, within 10 s"),
        ("V14c", "node1", "route 192.168.0.0/26 table 254 metric 0", "BIRD, within 2 s"),
        ("V17", "node1", "neighbour 10.42.1.0 dev flannel.1", "flanneld, at its next start or change of a lease"),
    ],
)
def test_who_else_would_put_it_right(name: str, node: str, row: str, otherwise: str, tmp_path: Path) -> None:
    wish = compile_world(load(write(tmp_path, documents(case(name)))))[node]
    kind, _, rest = row.partition(" ")
    assert wish.otherwise(wish.desired[Key(kind, rest)]) == otherwise


def test_flanneld_never_cleans_up(tmp_path: Path) -> None:
    wish = compile_world(load(write(tmp_path, documents(case("V17")))))["node1"]
    stale = Neighbour(dst="10.42.9.0", dev="flannel.1", lladdr="02:00:00:00:00:01")
    assert wish.owns(stale)
    assert wish.otherwise(stale) == ""


def test_nobody_else_puts_right_what_is_written_by_hand(tmp_path: Path) -> None:
    wish = compile_world(load(write(tmp_path, documents(case("V01")))))["k01-worker"]
    assert wish.otherwise(Neighbour(dst="10.0.0.9", dev="eth0", lladdr="02:00:00:00:00:01", protocol=142)) == ""
