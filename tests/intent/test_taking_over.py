"""What has not changed from one compilation to the next is not made again: the same rows stand in both."""

from __future__ import annotations

from pathlib import Path

from reconciler.core.resource import Key
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world

OWN = "apiVersion: reconciler/v1\nkind: "
CLUSTER = f"{OWN}Cluster\nmetadata: {{name: k}}\nspec: {{cni: flannel, nodes: [a, b], flannel: {{backend: {{}}}}}}\n"


def node(name: str, number: int, mac: str) -> str:
    spec = f"interfaces: {{eth1: {{addresses: [10.0.0.{number}/24]}}}}, podCIDRs: [10.42.{number}.0/24]"
    return f'{OWN}Node\nmetadata: {{name: {name}}}\nspec: {{{spec}, tunnel: {{vxlan: {{mac: "{mac}"}}}}}}\n'


def test_rows_towards_a_node_of_flannel_are_kept_until_it_changes(tmp_path: Path) -> None:
    here, there = node("a", 1, "02:00:00:00:00:01"), node("b", 2, "02:00:00:00:00:02")
    (tmp_path / "world.yaml").write_text("---\n".join([here, there, CLUSTER]))
    key = Key("neighbour", "10.42.2.0 dev flannel.1")
    before, after = compile_world(load(tmp_path)), compile_world(load(tmp_path))
    row = before["a"].desired[key]
    after.take_over(before)
    assert after["a"].desired[key] is row
    (tmp_path / "world.yaml").write_text("---\n".join([here, there.replace("00:02", "00:03"), CLUSTER]))
    changed = compile_world(load(tmp_path))
    changed.take_over(after)
    assert changed["a"].desired[key] != row
