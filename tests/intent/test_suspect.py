"""Words about what is legal and suspect: MTUs that do not fit, pools that nobody routes, pods that are cut off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.resource import Key
from reconciler.desired.load import load
from reconciler.intent.compile import World, compile_world
from reconciler.intent.wish import Owns
from reconciler.switch.kinds import StaticRoute

from .vectors import Record, cases, documents, write

Document = dict[str, Any]


def world(folder: Path, name: str, changes: Mapping[str, Mapping[str, Any]], less: tuple[str, ...] = ()) -> World:
    """A vector's world; ``changes``: fields of spec by kind, ``less``: kinds left out."""
    case: Record = next(case for case in cases() if case["id"] == name)
    made = [document for document in documents(case) if document["kind"] not in less]
    for document in made:
        document["spec"] = {
            field: value
            for field, value in (document["spec"] | changes.get(document["kind"], {})).items()
            if value is not None
        }
    return compile_world(load(write(folder, made)), owns={"ceos01": Owns(routes=True)})


def words(made: World) -> list[str]:
    return [str(warning) for warning in made.warnings]


@pytest.mark.parametrize("name", ["V01", "V03", "V12", "V14a", "V15b", "V17", "V23"])
def test_sound_worlds_raise_no_word(name: str, tmp_path: Path) -> None:
    assert words(world(tmp_path, name, {})) == []


def test_a_tunnel_that_the_underlay_cannot_carry(tmp_path: Path) -> None:
    calico = {"version": "3.30", "vxlan": {"mtu": 9500}}
    first = words(world(tmp_path, "V01", {"Cluster": {"calico": calico}}))[0]
    assert "vxlan on k01-control-plane wants MTU 9500, eth1 (9500) carries at most 9450" in first


def test_nodes_whose_pods_get_different_mtus(tmp_path: Path) -> None:
    case: Record = next(case for case in cases() if case["id"] == "V01")
    made = list(documents(case))
    made[3]["spec"]["interfaces"] = {"eth0": {"mtu": 9000}, "eth1": {"mtu": 9500}}
    [word] = words(compile_world(load(write(tmp_path, made))))
    assert "pods get different MTUs" in word
    assert "1450 on k01-control-plane, 8950 on k01-worker3" in word


def test_nodes_that_share_a_key_are_not_encrypted(tmp_path: Path) -> None:
    made = list(documents(next(case for case in cases() if case["id"] == "V16")))
    made[1]["spec"]["tunnel"]["wireguard"]["publicKey"] = made[0]["spec"]["tunnel"]["wireguard"]["publicKey"]
    found = words(compile_world(load(write(tmp_path, made))))
    assert len([word for word in found if "n1, n2 have one WireGuard key" in word]) == 1


@pytest.mark.parametrize(
    ("felix", "bgp", "word"),
    [
        ("Enabled", "Enabled", "Felix and BIRD both program pools with no encapsulation"),
        ("Disabled", "Disabled", "nobody programs the routes of pools with no encapsulation"),
        ("Enabled", "Disabled", ""),
    ],
)
def test_who_programs_a_pools_routes(felix: str, bgp: str, word: str, tmp_path: Path) -> None:
    made = list(documents(next(case for case in cases() if case["id"] == "V15a")))
    cluster = next(document for document in made if document["kind"] == "Cluster")
    cluster["spec"]["calico"] = {"version": "3.32"}
    for kind, value in (("FelixConfiguration", felix), ("BGPConfiguration", bgp)):
        spec = {"programClusterRoutes": value}
        made.append({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": "default"}, "spec": spec})
    found = words(compile_world(load(write(tmp_path, made))))
    assert [word in line for line in found] == ([True] if word else [])


def test_bird_that_tells_nobody_of_a_pool(tmp_path: Path) -> None:
    made = world(tmp_path, "V15b", {"IPPool": {"disableBGPExport": True}})
    assert any("disableBGPExport keeps BIRD from telling the other nodes" in word for word in words(made))
    routes = {key.name for key in made["k01-worker"].desired if key.kind == "route"}
    assert routes == {"192.168.81.64/26 table 254 metric 0"}


def test_without_routes_on_the_switch_it_is_said_who_is_cut_off(tmp_path: Path) -> None:
    made = world(tmp_path, "V15b", {"Cluster": {"switchRoutes": None}})
    [word] = words(made)
    assert "192.168.209.64/26 on k01-worker3" in word
    assert "192.168.23.64/26 on k01-control-plane" in word


def test_blocks_that_nobody_told_prune_no_route_of_the_switch(tmp_path: Path) -> None:
    wish = world(tmp_path, "V15b", {}, less=("BlockAffinity",))["ceos01"]
    stale = StaticRoute(dst="192.168.23.64/26", via="10.10.10.10")
    assert wish.owns(stale)
    assert any(unknown.covers(stale.key) for unknown in wish.unknown)
    assert Key("static_route", stale.name) not in wish.desired
