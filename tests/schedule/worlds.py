"""The seed's network before and after a change of documents: four nodes, a switch, a pod on each node."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.core.change import Change, diff
from reconciler.core.resource import Key, Live, Resource, State, state_of
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from reconciler.intent.topology import topology_of
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from reconciler.schedule.effect import after
from reconciler.walk.topology import Topology

NODES = ("k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3")
BLOCKS = dict(zip(NODES, ("192.168.23.65", "192.168.81.65", "192.168.164.129", "192.168.209.65"), strict=True))
World = dict[str, State]


def wanted(folder: Path) -> tuple[dict[str, State], Topology]:
    """What the documents in ``folder`` want, and where the cables are."""
    repository = load(folder)
    wishes = compile_world(repository)
    assert not wishes.problems, wishes.problems
    return {name: wishes[name].desired for name in wishes}, topology_of(repository)


def live(desired: Mapping[str, State]) -> World:
    """A network that has what is wanted, and what the kernel and pods add."""
    return {name: _node(name, state) if name in NODES else dict(state) for name, state in desired.items()}


def _node(name: str, desired: State) -> State:
    pod = BLOCKS[name]
    bare = state_of(
        [
            Link(ifname="lo", up=True),
            Link(ifname="eth1", up=True, mtu=1500, address=f"02:00:00:00:00:{NODES.index(name):02x}"),
            Link(ifname="cali1", info_kind="veth", up=True),
            Address(dev="lo", local="127.0.0.1", prefixlen=8, scope="host"),
            Route(dst=f"{pod}/32", dev="cali1", scope="link", protocol=3),
        ]
    )
    return after(bare, diff(desired, Live({}, bare)))


def changes(before: World, old: Mapping[str, State], new: Mapping[str, State]) -> dict[str, list[Change]]:
    """What leads from the documents ``old``, which have come true, to ``new``."""
    found = {}
    for name, state in new.items():
        ours: dict[Key, Resource] = {key: before[name][key] for key in old[name]}
        found[name] = diff(state, Live(ours, {key: one for key, one in before[name].items() if key not in ours}))
    return {name: some for name, some in found.items() if some}
