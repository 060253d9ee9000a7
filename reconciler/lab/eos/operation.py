"""What the switch does with its configuration: which ports and SVIs are up, and which ports carry a VLAN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import names
from .config import Config, Interface
from .links import Links

JUMBO = 9214
"""A switched port takes frames of this size whatever its `mtu` line says."""
LOOPBACK_MTU = 65535


@dataclass(frozen=True, slots=True)
class State:
    """``link`` as `show interfaces status` says it, ``protocol`` the line protocol."""

    link: str
    protocol: str

    @property
    def is_up(self) -> bool:
        return self.protocol == "up"


UP = State("connected", "up")
DOWN = State("notconnect", "down")
DISABLED = State("disabled", "down")
LOWER_DOWN = State("notconnect", "lowerlayerdown")
ABSENT = State("notconnect", "notpresent")


@dataclass(frozen=True, slots=True)
class Operation:
    """The configuration and the state of the ports, looked at together."""

    config: Config
    links: Links

    def state(self, name: str) -> State:
        """The state of one interface."""
        port = self.config.interfaces[name]
        if port.shutdown:
            return DISABLED
        match names.kind(name):
            case "Vlan":
                return UP if self._svi_is_up(name, port) else LOWER_DOWN
            case "Ethernet" | "Management":
                return self._port_state(name)
            case "Port-Channel":
                return UP if any(self.state(member).is_up for member in self.members(name)) else LOWER_DOWN
        return UP

    def members(self, channel: str) -> list[str]:
        """The ports of a Port-Channel."""
        number = int(channel.removeprefix("Port-Channel"))
        ports = self.config.interfaces.items()
        return [name for name, port in ports if port.channel_group and port.channel_group[0] == number]

    def is_active(self, vlan: int) -> bool:
        return vlan in self.config.vlans and not self.config.vlans[vlan].suspended

    def carriers(self, vlan: int) -> list[str]:
        """The ports that are up and carry ``vlan``, in order; none while it is suspended."""
        if not self.is_active(vlan):
            return []
        return sorted((name for name in self._bridged(vlan) if self.state(name).is_up), key=names.in_order)

    def routed(self) -> list[str]:
        """The layer 3 interfaces, in the order of their names."""
        found = [name for name in self.config.interfaces if self.is_routed(name)]
        return sorted(found, key=lambda name: (names.kind(name), names.in_order(name)))

    def is_routed(self, name: str) -> bool:
        port = self.config.interfaces[name]
        word = names.kind(name)
        if word in ("Ethernet", "Port-Channel"):
            return not self.config.is_switched(name) and port.channel_group is None
        return word != "Vxlan"

    def mtu(self, name: str) -> int:
        """Bytes of an IP packet; of a frame on a switched port."""
        if names.kind(name) == "Loopback":
            return LOOPBACK_MTU
        if not self.is_routed(name):
            return JUMBO
        return self.config.interfaces[name].mtu or 1500

    def _port_state(self, name: str) -> State:
        if names.device(name) is None or name not in self.links.ports():
            return ABSENT
        return UP if self.links.is_up(name) else DOWN

    def _svi_is_up(self, name: str, port: Interface) -> bool:
        vlan = names.vlan_of(name)
        assert vlan is not None
        return self.is_active(vlan) and (not port.autostate or bool(self.carriers(vlan)))

    def _bridged(self, vlan: int) -> Iterator[str]:
        for name, port in self.config.interfaces.items():
            if not self.config.is_switched(name) or port.channel_group is not None:
                continue
            if (port.access_vlan == vlan) if port.mode != "trunk" else (vlan in port.allowed):
                yield name
