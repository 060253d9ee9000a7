"""Which ports carry a VLAN, and which SVI a change leaves without any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.change import Change, replay
from reconciler.core.resource import Key, Live, Resource, State
from reconciler.switch.kinds import ALL_VLANS, Interface, Svi
from reconciler.switch.kinds.open import Open
from reconciler.switch.names import members


def carries(port: Interface, vlan: int) -> bool:
    """Whether frames of ``vlan`` pass this port by its configuration. A member of a channel leaves that to it."""
    if port.shutdown or port.channel_group is not None:
        return False
    if port.mode == "access":
        return (port.access or 1) == vlan
    allowed = port.trunk_allowed or ALL_VLANS
    return port.mode == "trunk" and allowed != "none" and vlan in members(allowed)


def carriers(state: State, vlan: int) -> list[Interface]:
    return [port for port in state.values() if isinstance(port, Interface) and carries(port, vlan)]


def under(name: str, state: State) -> Iterator[Key]:
    """What a port stands on: a sub-interface on its port, a port channel on its members."""
    parent, dot, _ = name.partition(".")
    if dot:
        yield Interface(ifname=parent).key
    for one in state.values():
        group = one.channel_group if isinstance(one, Interface) else None
        if group is not None and parent == channel_of(group):
            yield one.key


def channel_of(group: str) -> str:
    """``10 active`` -> ``Port-Channel10``"""
    return f"Port-Channel{group.partition(' ')[0]}"


def configured(found: State, changes: Sequence[Change]) -> State:
    """What the switch has once the changes have come true: what a wish leaves open stays as it was."""
    wanted = replay(Live(found, {}), changes).ours
    return {key: filled(one, found.get(key)) for key, one in wanted.items()}


def filled(one: Resource, live: Resource | None) -> Resource:
    return one.filled(live if isinstance(live, Open) else None) if isinstance(one, Open) else one


def stranded(found: State, changes: Sequence[Change]) -> Iterator[str]:
    """A warning for each SVI that stays and loses its last port: EOS puts it down, with the subnet's gateway."""
    if not any(isinstance(change.subject, Interface) for change in changes):
        return
    after = configured(found, changes)
    had, have = _ports(found), _ports(after)
    for svi in after.values():
        if (
            isinstance(svi, Svi)
            and svi.addresses
            and not svi.shutdown
            and svi.autostate is not False
            and svi.key in found
        ):
            lost = carriers(had, svi.vlan)
            if lost and not carriers(have, svi.vlan):
                ports = ", ".join(port.name for port in lost)
                yield f"{svi.name} loses its last port ({ports}): it goes down, and {svi.addresses[0]} with it"


def _ports(state: State) -> State:
    """Alone, since they are gone through for every SVI."""
    return {key: one for key, one in state.items() if isinstance(one, Interface)}
