"""What a device has after each line of a step, as far as it can be foretold: a node line by line, a switch at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Resource, State
from reconciler.linux import operation as node
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.operation import Operation, operations
from reconciler.schedule.kernel import Delta, effect
from reconciler.schedule.needs import Tables
from reconciler.switch import kinds as switch
from reconciler.switch.eos.writing import outcome

NODE_KINDS = frozenset(node.ORDER)
SWITCH_KINDS = frozenset(
    kind.kind
    for kind in (
        *(switch.Vrf, switch.Vlan, switch.Interface, switch.Svi, switch.Routing, switch.Routing6),
        *(switch.StaticRoute, switch.Bgp, switch.BgpNeighbor, switch.BgpListen),
    )
)


class Move(NamedTuple):
    """One line's worth: ``delta`` is what differs after it. ``refusal``: why the device would not take it, or empty."""

    change: Change
    delta: Delta
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """A step on its way: ``start``, move by move, ``end``."""

    start: State
    moves: tuple[Move, ...]
    end: State


def trail(start: State, changes: Sequence[Change]) -> Trail:
    """A step of ``changes``, which a node is sent in its driver's order.

    What is neither a node's nor a switch's (pools in the cluster) is written last.
    """
    if not changes:
        return Trail(start, (), start)
    tables = Tables(start)
    moves = tuple(_moves(tables, changes))
    return Trail(start, moves, tables.found)


def _moves(tables: Tables, changes: Sequence[Change]) -> Iterator[Move]:
    on_switch = [change for change in changes if change.key.kind in SWITCH_KINDS]
    on_node = [change for change in changes if change.key.kind in NODE_KINDS]
    others = [change for change in changes if change.key.kind not in NODE_KINDS | SWITCH_KINDS]
    if on_switch:
        yield _moved(tables, on_switch[0], _committed(tables.found, on_switch))
    made, gone = operations(on_node, tables.found)
    known = {one.subject.key: one.after for one in made if isinstance(one.after, Neighbour)}
    for operation in made:
        yield _operated(tables, operation, known)
    for change in sorted(others, key=lambda change: change.after is None):
        yield _moved(tables, change, {change.key: change.after})
    for operation in gone:
        yield _operated(tables, operation, {})


def _operated(tables: Tables, operation: Operation, known: State) -> Move:
    """``known``: neighbours that the same script writes."""
    if refusal := tables.refusal(operation):
        return _moved(tables, operation.change, {}, refusal)
    delta = effect(tables.found, operation)
    if isinstance(operation.before, Link) and isinstance(operation.after, Link):
        delta |= _waiting(delta, known)
    return _moved(tables, operation.change, delta)


def _waiting(delta: Delta, known: State) -> Delta:
    """Neighbours that go with a MAC and are written again at once: what is sent to one waits for it (facts 20, 49)."""
    return {key: known[key] for key, left in delta.items() if left is None and key in known}


def _moved(tables: Tables, change: Change, delta: Delta, refusal: str = "") -> Move:
    tables.apply(delta)
    return Move(change, delta, refusal)


def _committed(found: State, changes: Sequence[Change]) -> Delta:
    """A switch takes all of its changes in one moment, and makes the access VLAN of a port that has none."""
    delta: Delta = {change.key: outcome(change, found.get(change.key)) for change in changes}
    made = (_access_vlan(resource) for resource in [*delta.values()])
    return {vlan.key: vlan for vlan in made if vlan is not None and vlan.key not in found} | delta


def _access_vlan(port: Resource | None) -> switch.Vlan | None:
    if not isinstance(port, switch.Interface) or port.mode != "access" or port.access is None:
        return None
    return switch.Vlan(id=port.access)
