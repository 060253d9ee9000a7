"""Connections are kept from one inventory to the next, unless a device is reached or spoken to in another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.repository import Repository
from reconciler.engine.fleet import Fleet

DEVICE = "{platform: linux, host: 192.0.2.1, username: root}"


def inventory(folder: Path, more: str = "") -> Inventory:
    (folder / "i.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Inventory\nmetadata: {name: t}\nspec:\n"
        f"  devices: {{n1: {DEVICE[:-1]}{more}}}, n2: {DEVICE}}}\n"
    )
    found = load_inventory(folder / "i.yaml")
    assert found.problems == ()
    return found


@pytest.mark.parametrize(
    ("more", "renewed"),
    [
        (", ignore: [{kind: route}], limits: {deletes: {count: 3}}", set()),
        (", tier: 1, after: [n2], outOfBand: true, owns: {except: {tables: [7]}}", set()),
        (", port: 2222", {"n1"}),
        (", mode: audit", {"n1"}),
    ],
)
async def test_only_another_way_is_a_new_connection(tmp_path: Path, more: str, renewed: set[str]) -> None:
    fleet, documents = Fleet(writes=False), Repository(tmp_path)
    try:
        assert await fleet.renew(inventory(tmp_path), documents) == {"n1", "n2"}
        before = dict(fleet.devices)
        assert await fleet.renew(inventory(tmp_path, more), documents) == renewed
        assert {name for name in before if fleet.devices[name] is not before[name]} == renewed
    finally:
        await fleet.close()
