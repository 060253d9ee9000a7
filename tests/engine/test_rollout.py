"""The inventory's order, as it is carried out."""

from __future__ import annotations

from pathlib import Path

from reconciler.core.waves import Portion, Rolling
from reconciler.desired.inventory import load_inventory
from reconciler.engine.rollout import rollout_of

INVENTORY = """apiVersion: reconciler/v1
kind: Inventory
metadata: {name: t}
spec:
  defaults: {platform: linux, after: ["leaf*"]}
  devices:
    spine1: {host: h, after: []}
    spine2: {host: h, after: [spine1]}
    leaf1: {host: h, tier: 1, after: []}
    leaf2: {host: h, tier: 1, after: []}
    n1: {host: h, tier: 1}
    n2: {host: h, tier: 1}
    n3: {host: h, tier: 2, after: []}
"""


def test_tiers_and_after_hold_whatever_is_rolled_out(tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(INVENTORY)
    inventory = load_inventory(tmp_path / "i.yaml")
    assert inventory.problems == ()
    every = rollout_of(inventory.devices, inventory)
    assert every == [["spine1"], ["spine2"], ["leaf1", "leaf2"], ["n1", "n2"], ["n3"]]
    some = rollout_of(["n3", "n1", "n2", "leaf2"], inventory, Rolling(1, Portion(count=1)))
    assert some == [["leaf2"], ["n1"], ["n2"], ["n3"]]
