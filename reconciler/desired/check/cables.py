"""What the documents say of cables, and cannot be: two in one socket, or one to a device that nobody mentions."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.check.finding import Finding, Spot, World, twice
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node, Switch
from reconciler.desired.suggestion import alike_or

DEVICES = (Switch, Node)


def ends(world: World) -> Iterator[Finding]:
    """One socket takes one cable. A far end without a document may be somebody else's, or a slip of the pen."""
    rows = list(_rows(world))
    yield from twice(rows, Code.SOCKET_TWICE, lambda _, other: f"the far end of another port, too ({other})")
    known = [name for kind in DEVICES for name in world.names(kind.__name__)]
    for far, spot in rows:
        device = far.partition(":")[0]
        if all(world.lacks(kind.__name__, device) for kind in DEVICES):
            yield spot.warning(
                Code.UNKNOWN_CABLE_END,
                f"no document is named {device}",
                alike_or(device, known, "use the name of a Node or a Switch"),
            )


def _rows(world: World) -> Iterator[tuple[str, Spot]]:
    """Each far end, and where it is said."""
    for switch in world.of(Switch):
        for name, port in switch.spec.interfaces.items():
            if port.to is not None:
                yield port.to, Spot(switch, ("spec", "interfaces", name, "to"))
