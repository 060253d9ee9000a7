"""Changes that no packet can notice: names, descriptions, queue lengths."""

from __future__ import annotations

from reconciler.core.change import Change
from reconciler.linux.link import Link
from reconciler.schedule.trail import NODE_KINDS, SWITCH_KINDS
from reconciler.switch.kinds import Interface, Svi, Vlan

IDLE = {
    Link.kind: frozenset({"txqlen", "alias", "learning", "forward_delay", "ageing_time"}),
    Vlan.kind: frozenset({"name"}),
    Interface.kind: frozenset({"description", "portfast", "bpduguard"}),
    Svi.kind: frozenset({"description"}),
}
"""Attributes by kind."""


def is_idle(change: Change) -> bool:
    """Whether it changes only what no packet's way depends on; pools in the cluster are in nobody's way."""
    if change.key.kind not in NODE_KINDS | SWITCH_KINDS:
        return True
    idle = IDLE.get(change.key.kind)
    return idle is not None and change.before is not None and change.after is not None and change.fields.keys() <= idle
