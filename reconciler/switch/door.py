"""The port of a switch behind which a device is, and how the device's VLAN leaves it: untagged or tagged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reconciler.core.resource import Key, Resource, State
from reconciler.switch.bridging import carriers, carries, channel_of, under
from reconciler.switch.kinds import Interface, Vlan


class Door(NamedTuple):
    """``port`` may be a port channel; then ``members`` are the ports of it that are not shut down."""

    port: Interface
    vlan: Vlan
    members: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        return (self.port.key, *self.members)

    def shut_by(self, after: Resource | None, key: Key) -> str | None:
        """Why nobody gets through it any more once ``key`` is ``after``; None where it makes no difference."""
        if key == self.vlan.key and isinstance(after, Vlan):
            return self._differs(self.port, after)
        if key == self.port.key and isinstance(after, Interface):
            return self._differs(after, self.vlan)
        if self.members == (key,) and isinstance(after, Interface) and not _is_member(after, self.port.name):
            return f"{self.port.name} has no other port"
        return None

    def _differs(self, port: Interface, vlan: Vlan) -> str | None:
        was, will = _tagging(self.port, self.vlan), _tagging(port, vlan)
        if was == will:
            return None
        gone = f"it would not carry VLAN {vlan.id} any more" if port.shutdown is False else "it would be shut down"
        return f"it would carry VLAN {vlan.id} {will} instead of {was}" if will else gone


def doors(found: State, vlan: Vlan, cabled: Sequence[str]) -> Iterator[Door]:
    """Those of the ports ``cabled`` to a device that carry its VLAN; where none is known, the only port that does."""
    ends = [found.get(Interface(ifname=name).key) for name in cabled]
    ports = [_whole(one, found) for one in ends if isinstance(one, Interface)]
    if not cabled:
        alone = carriers(found, vlan.id)
        ports = alone if len(alone) == 1 else []
    for port in {port.name: port for port in ports}.values():
        if _tagging(port, vlan):
            members = [key for key in under(port.name, found) if _is_member(found[key], port.name)]
            yield Door(port, vlan, tuple(members))


def _whole(port: Interface, found: State) -> Interface:
    """The channel that a port is a member of: that is what has VLANs."""
    channel = found.get(Interface(ifname=channel_of(port.channel_group)).key) if port.channel_group else None
    return channel if isinstance(channel, Interface) else port


def _is_member(one: Resource, channel: str) -> bool:
    if not isinstance(one, Interface) or one.shutdown or one.channel_group is None:
        return False
    return channel_of(one.channel_group) == channel


def _tagging(port: Interface, vlan: Vlan) -> str:
    """Empty where it does not carry the VLAN. Those of a trunk group pass only trunks of that group (eos.md 5.3)."""
    if vlan.state != "active" or not carries(port, vlan.id):
        return ""
    if port.mode == "access":
        return "untagged"
    if vlan.trunk_groups and not set(vlan.trunk_groups) & set(port.trunk_groups or ()):
        return ""
    return "untagged" if (port.trunk_native or 1) == vlan.id else "tagged"
