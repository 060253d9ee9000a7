"""`make bench`: how long the tables of a large cluster take to compile, all of them, one node's, and after a change."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.intent.compile import World, compile_world

NODES = 1000
ROUNDS = 3


def documents(count: int) -> Iterator[str]:
    """A Calico 3.30 cluster in two subnets, one block a node: the release with the most rows."""
    names = ", ".join(f"n{number}" for number in range(count))
    yield (
        "apiVersion: reconciler/v1\nkind: Cluster\nmetadata: {name: k}\n"
        f'spec: {{cni: calico, nodes: [{names}], calico: {{version: "3.30"}}}}\n'
    )
    yield (
        "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\n"
        "spec: {cidr: 10.128.0.0/10, vxlanMode: CrossSubnet}\n"
    )
    for number in range(count):
        yield from _node(number)


def _node(number: int) -> Iterator[str]:
    side, place = number % 2, number // 2 + 10
    block = f"10.{128 + number // 1024}.{number // 4 % 256}.{number % 4 * 64}"
    yield (
        f"apiVersion: reconciler/v1\nkind: Node\nmetadata: {{name: n{number}}}\nspec:\n"
        f"  interfaces: {{eth1: {{addresses: [172.16.{side * 16 + place // 250}.{place % 250 + 1}/20]}}}}\n"
        f"  tunnel: {{vxlan: {{address: {block}}}}}\n"
    )
    yield (
        "apiVersion: crd.projectcalico.org/v1\nkind: BlockAffinity\n"
        f"metadata: {{name: b{number}}}\nspec: {{node: n{number}, cidr: {block}/26, state: confirmed}}\n"
    )


def repository(folder: Path, count: int) -> Repository:
    (folder / "world.yaml").write_text("---\n".join(documents(count)))
    return load(folder)


def main() -> None:
    with TemporaryDirectory() as folder:
        started = time.perf_counter()
        documents_ = repository(Path(folder), NODES)
        print(f"Compiling {NODES} nodes of Calico 3.30, one block each (loading them took {_since(started):.1f} s)")
        moved = load(_with_a_block_moved(Path(folder)))
    world = _one_node(documents_)
    rows = _all_nodes(world)
    _after_a_change(world, moved)
    _floor(rows)
    print(f"memory at its height     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MB   aim 500")


def _one_node(documents_: Repository) -> World:
    """The address plan once, then the first node of each subnet, whose rows nobody has asked for, and a later one."""
    worlds = [(time.perf_counter(), compile_world(documents_)) for _ in range(ROUNDS)]
    world = worlds[-1][1]
    plan: list[float] = []
    first: list[float] = []
    later: list[float] = []
    for _, fresh in worlds:
        for name, times in (("n500", plan), ("n501", first), ("n503", later)):
            started = time.perf_counter()
            fresh[name]
            times.append(_since(started))
    print(f"one node, from documents {min(plan) * 1e3:6.1f} ms   with the address plan of all, read once")
    print(f"one node, rows all new   {min(first) * 1e3:6.1f} ms   aim 30")
    print(f"one node, rows known     {min(later) * 1e3:6.1f} ms   neighbours in its subnet were asked for")
    return world


def _all_nodes(world: World) -> int:
    started = time.perf_counter()
    rows = sum(len(world[name].desired) for name in world)
    took = _since(started)
    print(f"all nodes, one by one    {took:6.1f} s    aim 60: {rows:,} rows, {rows / took:,.0f} a second")
    return rows


def _after_a_change(world: World, moved: Repository) -> None:
    """One block goes to another node: what is made anew, and how long until every table is there again."""
    known = {id(row): row for name in world for row in world[name].desired.values()}
    same = set(known.values())
    started = time.perf_counter()
    after = compile_world(moved, before=world)
    rows = [row for name in after for row in after[name].desired.values()]
    took = _since(started)
    fresh = {id(row): row for row in rows if id(row) not in known}
    changed = sum(row not in same for row in fresh.values())
    own = len(fresh) - changed
    print(
        f"after a block has moved  {took:6.1f} s    {changed} rows made that follow, and each node's own {own:,} again"
    )


def _floor(rows: int) -> None:
    """As many entries put into dictionaries of the same size, by keys that are there already."""
    entries = [(("route", str(number)), number) for number in range(rows // NODES)]
    started = time.perf_counter()
    for _ in range(NODES):
        table: dict[tuple[str, str], int] = {}
        for key, value in entries:
            table.setdefault(key, value)
    print(f"floor, dictionaries only {_since(started):6.1f} s")


def _with_a_block_moved(folder: Path) -> Path:
    file = folder / "world.yaml"
    file.write_text(file.read_text().replace("spec: {node: n7, cidr:", "spec: {node: n8, cidr:"))
    return folder


def _since(started: float) -> float:
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
