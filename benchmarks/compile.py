"""`make bench`: how long the tables of a large cluster take to compile, all of them, one node's, and after a change."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.intent.compile import compile_world

NODES = 1000


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
        world = repository(Path(folder), NODES)
        print(f"loading {NODES} nodes: {time.perf_counter() - started:.2f} s")
        assert not world.having("error"), world.problems[:3]
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    t = time.perf_counter()
    w = compile_world(world)
    one = w["n500"]
    t2 = time.perf_counter()
    print("one node cold", t2 - t, len(one.desired))
    one = w["n501"]
    t3 = time.perf_counter()
    print("one node, other subnet", t3 - t2)
    one = w["n502"]
    t4 = time.perf_counter()
    print("warm", t4 - t3)
    rows = sum(len(w[d].desired) for d in w)
    t5 = time.perf_counter()
    print("all", t5 - t4, rows, rows / (t5 - t4))
    print("memory MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, base / 1024)


if __name__ == "__main__":
    main()
