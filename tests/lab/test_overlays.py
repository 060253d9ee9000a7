"""Every CNI, mode and IP version that this kernel can run: from nothing to pods that reach each other, and repaired."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from reconciler.lab import breaks, netns
from reconciler.lab.overlay import Overlay
from tests.lab.conftest import Field, field, lines

NODES = 3
"""The third one is in a VLAN of its own, where the overlay allows for two."""
OVERLAYS = (
    Overlay("calico", "vxlan", "dual"),
    Overlay("calico", "vxlan-crosssubnet", "6"),
    Overlay("calico", "none", "4"),
    Overlay("calico", "none-felix", "dual"),
    Overlay("flannel", "vxlan-directrouting", "4"),
    Overlay("flannel", "vxlan", "dual"),
    Overlay("flannel", "host-gw", "4"),
)
"""The seed's own is that of test_seed, flannel's that of test_flannel."""
Line = tuple[str, str, str, str]


@pytest.fixture(scope="module", params=OVERLAYS, ids=lambda over: f"{over.cni}-{over.mode}-{over.family}")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A lab that the reconciler alone has filled."""
    over = request.param
    words = ("--cni", over.cni, "--mode", over.mode, "--family", over.family, "--nodes", str(NODES))
    for made in field(tmp_path_factory.mktemp("state"), *words):
        made.desired = made.lab.folder / "desired"
        made.converge()
        yield made


def test_all_pods_and_nodes_reach_each_other(world: Field) -> None:
    assert world.pings()
    if world.lab.overlay.mode == "vxlan":  # and so they did it through the tunnel
        for version in world.lab.overlay.versions:
            namespace, device = world.lab.member("k01-worker").namespace, world.lab.overlay.device(version)
            (link,) = netns.show(namespace, "-s", "link", "show", device)
            assert link["stats64"]["tx"]["packets"] >= NODES - 1


def test_a_second_run_has_nothing_to_do(world: Field) -> None:
    assert lines(world.plan(code=0)) == []


def test_what_is_missing_on_a_node_is_one_line_each(world: Field) -> None:
    """One row of each kind that the CNI has there, and of each IP version, deleted behind its back."""
    wanted = [line for version in world.lab.overlay.versions for line in delete_one_of_each(world, version)]
    assert sorted(lines(json.loads(world.command("--yes", "-o", "json")))) == sorted(wanted)
    assert lines(world.plan(code=0)) == []


def test_breaks_at_random_are_named_and_repaired(world: Field) -> None:
    if 4 not in world.lab.overlay.versions:
        pytest.skip("breaks are of IPv4's tables")
    chosen = breaks.at_random(world.lab, 6, seed=11)
    for deed in chosen:
        deed.commit()
    wanted = [(row.device, row.verb, row.kind, row.name) for deed in chosen for row in deed.broken]
    assert sorted(lines(json.loads(world.command("--yes", "-o", "json")))) == sorted(wanted)
    assert lines(world.plan(code=0)) == []
    assert world.pings()


def delete_one_of_each(world: Field, version: int) -> Iterator[Line]:
    """Delete a route to another node's pods on k01-worker, and, where it tunnels, a neighbour and its FDB entry."""
    node, over = world.lab.member("k01-worker"), world.lab.overlay
    tunnel, family = over.device(version), f"-{version}"
    shares = shares_of_others(world, version)
    route = next(row for row in netns.show(node.namespace, family, "route") if row["dst"] in shares)
    netns.batch([f"route del {route['dst']} via {route['gateway']}"], node.namespace)
    yield node.name, "create", "route", f"{route['dst']} table 254 metric {route.get('metric', 0)}"
    if over.what.tunnelled:
        neighbour = netns.show(node.namespace, family, "neigh", "show", "dev", tunnel, "nud", "permanent")[0]
        netns.batch([f"neigh del {neighbour['dst']} dev {tunnel}"], node.namespace)
        yield node.name, "create", "neighbour", f"{neighbour['dst']} dev {tunnel}"
        netns.batch([f"fdb del {neighbour['lladdr']} dev {tunnel}"], node.namespace, program="bridge")
        yield node.name, "create", "fdb", f"{neighbour['lladdr']} dev {tunnel}"


def shares_of_others(world: Field, version: int) -> set[str]:
    """The other nodes' shares of the pods' network."""
    members = [node.kubernetes for node in world.lab.nodes if node.kubernetes and node.name != "k01-worker"]
    return {str(side.block) for member in members for side in member.sides if side.version == version}
