"""What documents and inventory say about each other: devices that nobody can reach, VLANs outside of what is ours."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.check.finding import Finding, Spot, World
from reconciler.desired.check.switches import DEFAULT_VLAN, untagged
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node, Switch
from reconciler.desired.inventory import Inventory
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.desired.suggestion import alike
from reconciler.switch.names import expand

NAME = ("metadata", "name")


def check_inventory(repository: Repository, inventory: Inventory) -> tuple[Problem, ...]:
    """Problems that only show with both at hand, sorted like those of the repository.

    Documents and devices that are wrong in themselves are left out: their own problems come first.
    """
    world = World(repository.documents, frozenset())
    findings = [*devices(world, inventory), *owned_vlans(world, inventory)]
    return tuple(sorted(repository.problem(f.file, f.fault, f.severity) for f in findings))


def devices(world: World, inventory: Inventory) -> Iterator[Finding]:
    """Each Switch and each Node is a device of that sort."""
    documents: list[Document[Switch] | Document[Node]] = [*world.of(Switch), *world.of(Node)]
    for document in documents:
        device = inventory.devices.get(document.name)
        spot = Spot(document, NAME)
        if device is None and inventory.whole and document.name not in inventory.origins:
            what = f"{document.kind} {document.name} is not in the inventory"
            yield spot.error(
                Code.NOT_IN_INVENTORY,
                what,
                alike(document.name, inventory.origins) or "add it there, or remove this document",
            )
        elif device is not None and device.is_switch != (document.kind == Switch.__name__):
            where = f"platform {device.platform} in the inventory ({inventory.origins[document.name]})"
            yield spot.error(
                Code.PLATFORM_DIFFERS,
                f"{document.kind} {document.name} has {where}",
                "change the kind here or the platform there",
            )


def owned_vlans(world: World, inventory: Inventory) -> Iterator[Finding]:
    """Where the inventory says which VLANs are ours, we declare those and no others (contract, 1)."""
    for switch in world.of(Switch):
        device = inventory.devices.get(switch.name)
        if device is None or device.owns.vlans is None:
            continue
        for vlan in switch.spec.vlans:
            if vlan not in device.owns.vlans and vlan != DEFAULT_VLAN:
                spot = Spot(switch, ("spec", "vlans", vlan))
                what = f"VLAN {vlan} is outside owns.vlans of {switch.name} ({inventory.origins[switch.name]})"
                yield spot.error(Code.VLAN_NOT_OWNED, what, "remove it here, or add it to owns.vlans there")
        yield from _undeclared(switch, device.owns.vlans, inventory.origins[switch.name])


def _undeclared(switch: Document[Switch], owned: frozenset[int], origin: str) -> Iterator[Finding]:
    """A port on a VLAN of ours that is not declared: the VLAN itself would be pruned."""
    for spot, vlan in [*untagged(switch), *_tagged(switch)]:
        if vlan in owned and vlan not in switch.spec.vlans and vlan != DEFAULT_VLAN:
            what = f"VLAN {vlan} is in owns.vlans of {switch.name} ({origin}) and not declared"
            yield spot.error(
                Code.OWNED_VLAN_UNDECLARED, what, f"add {vlan} under vlans here, or take it out of owns.vlans there"
            )


def _tagged(switch: Document[Switch]) -> Iterator[tuple[Spot, int]]:
    """The VLANs that trunks list; all and none list nothing."""
    for name, port in switch.spec.interfaces.items():
        if port.trunk is not None and port.trunk.allowed not in ("none", "1-4094"):
            spot = Spot(switch, ("spec", "interfaces", name, "trunk", "allowed"))
            yield from ((spot, vlan) for vlan in expand(port.trunk.allowed))
