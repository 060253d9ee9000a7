"""Between any two states of one cluster, on a real kernel: one cycle, then there is nothing to do.

What the CNI left is gone, but for what it never cleans up itself; what is somebody else's is as it was. A cluster that
changes its CNI leaves the old one's rows: no document speaks of them any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_interface
from pathlib import Path

import pytest

from reconciler.core.resource import Key, Resource
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Wish
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.route import Route

from .hosts import Host, host
from .moves import FOREIGN, ME, State, walk
from .vectors import write

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]
CONNECTED = ("fe80::/64", "fd00:10:", "fd00:42:")
"""Where the kernel routes what is on an interface of its own: its link-local network, the ends of the tunnels."""
Rows = Mapping[Key, Resource]


def wish_of(folder: Path, state: State) -> Wish:
    repository = load(write(folder, state.documents()))
    assert not repository.having("error"), [str(problem) for problem in repository.problems]
    world = compile_world(repository)
    assert world.problems == ()
    wish = world[ME]
    assert wish.unknown == (), "these documents leave nothing out"
    return wish


def readdress(made: Host, state: State) -> None:
    """The node's own addresses, given by somebody else: the new one is there before the old one goes."""
    wanted = [str(ip_interface(state.me.get(word, "fd00:9::1/64"))) for word in ("ip4", "ip6")]
    for address in wanted:
        made.must(f"ip address replace {address} dev eth0{' nodad' if ':' in address else ''}")
    shown = made.must("ip -o address show dev eth0 | awk '{print $4}'").split()
    for address in shown:
        if address not in wanted:
            made.must(f"ip address del {address} dev eth0")


def of_the_kernel(row: Resource) -> bool:
    """What the kernel itself puts on every interface that is up and speaks IPv6, a moment later."""
    if isinstance(row, Address):
        return row.local.startswith("fe80:")
    return isinstance(row, Route) and (row.protocol, row.metric) == (2, 256) and row.dst.startswith(CONNECTED)


def seen(made: Host) -> dict[Key, Resource]:
    return {key: row for key, row in made.reading().found.items() if not of_the_kernel(row)}


def underlay(rows: Rows) -> dict[Key, Resource]:
    """The node's own addresses, and the subnets that the kernel routes because of them."""
    mine = {key: row for key, row in rows.items() if key.name.startswith(("10.9.", "fd00:9:"))}
    return {key: row for key, row in mine.items() if isinstance(row, Address | Route)}


def kept(found: Rows, state: State) -> Iterator[Key]:
    """What the CNI itself leaves: Felix BIRD's routes off BIRD's pools, flanneld entries that lead to some node.

    Table V32: protocol 12 is other people's, too; an old VTEP's MAC is never cleaned up. And flanneld's plain routes
    have no mark: off its networks, which no document tells once IPv6 is out of use, they may be anybody's.
    """
    nodes = {state.node(number)["ip4"].partition("/")[0] for number in range(5)}
    nodes |= {str(ip_interface(state.node(number)["ip6"]).ip) for number in range(5) if state.dual}
    pools = ("10.0.", "fd00:10:" if state.dual else "10.0.") if state.mode == "bird" else ()
    for key, row in found.items():
        if isinstance(row, FdbEntry) and row.dev.startswith("flannel") and row.dst in nodes:
            yield key
        if isinstance(row, Route) and row.protocol == 12 and not row.dst.startswith(pools):
            yield key
        if isinstance(row, Route) and row.dst.startswith("fd00:42:") and row.dev == "eth0" and not state.dual:
            yield key


@pytest.mark.parametrize("seed", range(4))
def test_one_cycle_leads_from_any_state_to_any_other(seed: int, tmp_path: Path) -> None:
    states = list(walk(seed, 12))
    left: dict[str, dict[Key, Resource]] = {}
    with host(State(dual=True).me, FOREIGN) as made:
        others = {key: row for key, row in seen(made).items() if key not in underlay(seen(made))}
        stale = made.must("ip neighbour show nud stale")
        for number, state in enumerate(states):
            why = f"step {number}: {states[max(number - 1, 0)]} -> {state}"
            wish = wish_of(tmp_path / str(number), state)
            readdress(made, state)
            made.cycle(wish)
            assert made.plan(wish).changes == (), why
            found = seen(made)
            assert {key: found.get(key) for key in others} == others, why
            assert made.must("ip neighbour show nud stale") == stale, why
            elsewhere = left.get("flannel" if state.cni == "calico" else "calico", {})
            assert {key: found.get(key) for key in elsewhere} == elsewhere, why
            mine = {k: r for k, r in found.items() if k not in {**others, **elsewhere, **underlay(found)}}
            wanted = {key for key in wish.desired if key not in others}
            assert mine.keys() - wanted <= set(kept(mine, state)), why
            assert wanted <= mine.keys(), why
            left[state.cni] = mine
