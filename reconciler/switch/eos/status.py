"""Which ports and SVIs are up, and which of them have to be up after a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.switch.bridging import carriers
from reconciler.switch.eos.exchange import Asking, document
from reconciler.switch.kinds import Interface, Svi, Vlan

PORTS = "show interfaces status | json"
ADDRESSED = "show ip interface brief | json"
UP = "up"
CONNECTED = "connected"


@dataclass(frozen=True, slots=True)
class Status:
    """Names of the interfaces that are up."""

    up: frozenset[str]

    def lost_since(self, before: Status, after: State, changes: Sequence[Change]) -> list[str]:
        """What a change has put down: of that which it touches, what was up, could still be up, and is not.

        What was down before is no witness: a link comes up by itself, and spanning tree may keep a new VLAN's ports
        waiting for half a minute. ``after``: the configuration as it is now wanted.
        """
        touched = _touched(after, changes)
        return sorted(r.name for r in touched if r.name in before.up - self.up and _can_be_up(r, before, after))

    def waits(self, before: Status, after: State, changes: Sequence[Change]) -> list[str]:
        """What the change touches, and what could be up, has not been up and is not yet."""
        touched = _touched(after, changes)
        return sorted(r.name for r in touched if r.name not in before.up | self.up and _can_be_up(r, before, after))


def ask(pause: float = 0.0) -> Asking[Status]:
    """After so many seconds. Raises: ValueError for anything but the two JSON documents (eos.md 4.4 and 4.7)."""
    links = _table((yield from document(PORTS, pause)), "interfaceStatuses", PORTS)
    brief = _table((yield from document(ADDRESSED)), "interfaces", ADDRESSED)
    up = [name for name, row in links.items() if row.get("linkStatus") == CONNECTED]
    up += [name for name, row in brief.items() if row.get("lineProtocolStatus") == UP]
    return Status(frozenset(up))


def _table(data: Mapping[str, Any], name: str, question: str) -> Mapping[str, Mapping[str, Any]]:
    table = data.get(name)
    if not isinstance(table, dict) or not all(isinstance(row, dict) for row in table.values()):
        raise ValueError(f"{question!r} has no usable answer: no {name} in it")
    return table


def _touched(after: State, changes: Sequence[Change]) -> list[Resource]:
    """Ports and SVIs that are changed, and SVIs of VLANs that are, themselves or as a port's."""
    keys = {change.key for change in changes}
    vlans = set(_vlans(changes))
    return [
        resource
        for resource in after.values()
        if (isinstance(resource, (Interface, Svi)) and resource.key in keys)
        or (isinstance(resource, Svi) and resource.vlan in vlans)
    ]


def _vlans(changes: Sequence[Change]) -> Iterator[int]:
    for change in changes:
        for side in (change.before, change.after):
            if isinstance(side, Vlan):
                yield side.id
            elif isinstance(side, Interface) and side.access is not None:
                yield side.access


def _can_be_up(resource: Resource, before: Status, after: State) -> bool:
    """EOS: an SVI is up while its VLAN is active and some port that is up carries it."""
    if isinstance(resource, Interface):
        return not resource.shutdown and resource.name in before.up
    assert isinstance(resource, Svi)
    vlan = after.get(Key(Vlan.kind, str(resource.vlan)))
    if resource.shutdown or not isinstance(vlan, Vlan) or vlan.state != "active":
        return False
    if resource.autostate is False:
        return True
    return any(port.name in before.up for port in carriers(after, resource.vlan))
