"""A switch: its VLANs, ports, SVIs and static routes. What is left out of a port means the EOS default."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from reconciler.desired.documents.spec import Many, Part, Spec
from reconciler.desired.documents.values import (
    Address,
    Description,
    Interface,
    Port,
    Prefix,
    SwitchMtu,
    VlanId,
    VlanKey,
    VlanList,
    VlanName,
    VrfName,
    wrong,
)


class Vlan(Part):
    """One VLAN; without a name it has the default one (``VLAN0010``)."""

    example: ClassVar[str] = "{name: servers}"
    name: VlanName | None = None


class Trunk(Part):
    """A port that carries several VLANs: ``allowed`` as EOS prints it (``10,20-22``; absent: all of them)."""

    example: ClassVar[str] = '{allowed: "10,20-22"}'
    allowed: VlanList = "1-4094"
    native: VlanId = 1


class SwitchPort(Part):
    """One port: access (VLAN 1 unless told), trunk, or routed where it has ``addresses`` (primary first)."""

    example: ClassVar[str] = "{access: 10}"
    description: Description | None = None
    access: VlanId | None = None
    trunk: Trunk | None = None
    addresses: Many[Interface] | None = None
    shutdown: bool = False
    mtu: SwitchMtu | None = None

    @model_validator(mode="after")
    def _one_mode(self) -> SwitchPort:
        modes = [name for name in ("access", "trunk", "addresses") if getattr(self, name) is not None]
        if len(modes) > 1:
            wrong(f"a port cannot be {' and '.join(modes)} at once", "keep one of access, trunk, addresses")
        return self


class Svi(Part):
    """The switch's own interface in a VLAN; addresses primary first."""

    example: ClassVar[str] = "{addresses: [10.10.10.1/24]}"
    addresses: Many[Interface] = ()
    description: Description | None = None
    shutdown: bool = False
    mtu: SwitchMtu | None = None
    vrf: VrfName = "default"


class StaticRoute(Part):
    """One next hop of one static route; ``tag`` and ``name`` only label it."""

    example: ClassVar[str] = "{dst: 10.10.20.0/24, via: 10.10.10.10}"
    dst: Prefix
    via: Address
    distance: int = Field(default=1, ge=1, le=255)
    tag: int | None = Field(default=None, ge=0, le=4294967295)
    name: VlanName | None = None
    vrf: VrfName = "default"


class Switch(Spec):
    """``routing`` is ``ip routing`` of the default VRF; absent: not ours. ``svis`` by VLAN, ``interfaces`` by name."""

    routing: bool | None = None
    vlans: dict[VlanKey, Vlan] = Field(default_factory=dict)
    interfaces: dict[Port, SwitchPort] = Field(default_factory=dict)
    svis: dict[VlanKey, Svi] = Field(default_factory=dict)
    routes: Many[StaticRoute] = ()
