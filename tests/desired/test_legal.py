"""What no rule may complain of, though it looks like what they complain of: one file or folder a world."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.validate import Found
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load

from .world import OWN, node

HERE = Path(__file__).parent / "legal"


@pytest.mark.parametrize("world", sorted(HERE.iterdir()), ids=lambda world: world.stem)
def test_what_is_legal_is_not_complained_of(world: Path) -> None:
    repository = load(world)
    assert repository.documents
    assert list(map(str, Found(repository).judged())) == []


SWITCH = f"""{OWN}kind: Switch
metadata: {{name: s1}}
spec:
  vlans: {{10: {{}}, 500: {{}}}}
  interfaces:
    Ethernet1: {{access: 1}}
    Ethernet2: {{access: 999}}
    Ethernet3: {{trunk: {{allowed: "10,998"}}}}
    Ethernet4: {{trunk: {{}}}}
"""
INVENTORY = f"{OWN}kind: Inventory\nmetadata: {{name: lab}}\nspec:\n  devices:\n"
OURS = "    s1: {platform: arista_eos, host: 10.0.0.1, owns: {vlans: '1,10,500,700'}}\n"


@pytest.mark.parametrize(
    "devices",
    [
        OURS + "    n1: {platform: linux, host: 10.0.0.2}\n",
        OURS + "    n1: {platform: linux, host: 'wrong in itself'}\n",
        OURS + "    n1: {platform: linux\n",
        "    s1: {platform: arista_eos, host: 10.0.0.1}\n    n1: {platform: linux, host: 10.0.0.2}\n",
    ],
    ids=["VLANs of others", "a device that is wrong in itself", "an inventory that is half read", "without owns"],
)
def test_documents_and_inventory_fit(devices: str, folder: Path) -> None:
    (folder / "world.yaml").write_text(SWITCH + "---\n" + node("n1"))
    lab = folder.parent / "lab.yaml"
    lab.write_text(INVENTORY + devices)
    assert list(map(str, check_inventory(load(folder), load_inventory(lab)))) == []
