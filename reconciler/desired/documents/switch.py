"""A switch: VLANs, ports, SVIs, VRFs, static routes, BGP. What is left out of a port means the EOS default.

Some fields are open: left out, they stay on the switch as they are (contract, 5).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from reconciler.desired.codes import Code
from reconciler.desired.documents.bgp import Bgp
from reconciler.desired.documents.ignore import SwitchIgnoreRule
from reconciler.desired.documents.spec import Many, Part, Spec
from reconciler.desired.documents.switch_values import (
    CableEnd,
    ChannelId,
    DeclaredVrf,
    NextHop,
    Port,
    RouteDistinguisher,
    RouterAddress,
    SwitchMtu,
    TrunkGroup,
    VlanId,
    VlanKey,
    VlanList,
    VlanName,
    VrfName,
)
from reconciler.desired.documents.values import Description, Interface, Prefix, wrong


class Vlan(Part):
    """One VLAN; without a name it has the default one (``VLAN0010``). Open: ``trunkGroups``, ``[]`` is none."""

    example: ClassVar[str] = "{name: servers}"
    name: VlanName | None = None
    state: Literal["active", "suspend"] = "active"
    trunk_groups: Many[TrunkGroup] | None = None


class Trunk(Part):
    """A port that carries several VLANs: ``allowed`` as EOS prints it (``10,20-22``; absent: all of them).

    Open: ``groups``, trunk groups whose VLANs it carries, too; ``[]`` is none.
    """

    example: ClassVar[str] = '{allowed: "10,20-22"}'
    allowed: VlanList = "1-4094"
    native: VlanId = 1
    groups: Many[TrunkGroup] | None = None


class ChannelGroup(Part):
    """The port channel that a port is a member of; ``{}``: of none."""

    example: ClassVar[str] = "{id: 10, mode: active}"
    id: ChannelId | None = None
    mode: Literal["active", "passive", "on"] = "active"


ONE_MODE: JsonDict = {
    "dependentSchemas": {
        "access": {"properties": {"trunk": False, "addresses": False}},
        "trunk": {"properties": {"addresses": False}},
    },
    "dependentRequired": {"vrf": ["addresses"]},
}
"""A port is one of them, in JSON Schemas; ``_one_mode`` says it in words."""


class SwitchPort(Part):
    """One port: access (VLAN 1 unless told), trunk, or routed where it has ``addresses`` (primary first).

    Open: ``vrf``, ``channelGroup``, ``portfast``, ``bpduguard``. ``to`` is the other end of its cable: it configures
    nothing, and says which packets pass here.
    """

    model_config = ConfigDict(json_schema_extra=ONE_MODE)

    example: ClassVar[str] = "{access: 10}"
    description: Description | None = None
    to: CableEnd | None = None
    access: VlanId | None = None
    trunk: Trunk | None = None
    addresses: Many[Interface] | None = None
    vrf: VrfName | None = None
    shutdown: bool = False
    mtu: SwitchMtu | None = None
    channel_group: ChannelGroup | None = None
    portfast: bool | None = None
    bpduguard: bool | None = None

    @property
    def modes(self) -> list[str]:
        """The modes that it is given; one at most makes sense."""
        return [name for name in ("access", "trunk", "addresses") if getattr(self, name) is not None]

    @property
    def is_member(self) -> bool:
        return self.channel_group is not None and self.channel_group.id is not None

    @model_validator(mode="after")
    def _one_mode(self) -> SwitchPort:
        if len(self.modes) > 1:
            wrong(
                Code.FIELDS_CONFLICT,
                f"a port cannot be {' and '.join(self.modes)} at once",
                "keep one of access, trunk, addresses",
            )
        if self.is_member and self.modes:
            wrong(
                Code.FIELDS_CONFLICT,
                f"a member of a channel has no {self.modes[0]} of its own",
                "put it on the Port-Channel",
            )
        if self.vrf is not None and self.addresses is None:
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                "a VRF on a port that is not routed",
                "give it addresses ([] for none), or remove vrf",
            )
        return self


class Svi(Part):
    """The switch's own interface in a VLAN; addresses primary first.

    Open: ``virtual`` (addresses that several switches share), ``virtualRouter`` (the same, beside ``addresses``),
    ``autostate``.
    """

    example: ClassVar[str] = "{addresses: [10.10.10.1/24]}"
    addresses: Many[Interface] = ()
    virtual: Many[Interface] | None = None
    virtual_router: Many[RouterAddress] | None = None
    description: Description | None = None
    shutdown: bool = False
    autostate: bool | None = None
    mtu: SwitchMtu | None = None
    vrf: VrfName = "default"

    @model_validator(mode="after")
    def _own_or_shared(self) -> Svi:
        if all(any(":" not in one for one in listed) for listed in (self.addresses, self.virtual or ())):
            wrong(
                Code.FIELDS_CONFLICT,
                "an SVI with IPv4 addresses and with virtual ones",
                "keep one of them, or use virtualRouter",
            )
        return self


class Vrf(Part):
    """One VRF; ``routing`` and ``routing6`` absent: not ours. Open: ``description``, ``rd``."""

    example: ClassVar[str] = "{routing: true}"
    routing: bool | None = None
    routing6: bool | None = None
    description: Description | None = None
    rd: RouteDistinguisher | None = None


class StaticRoute(Part):
    """One next hop of one static route; ``tag`` and ``name`` only label it."""

    example: ClassVar[str] = "{dst: 10.10.20.0/24, via: 10.10.10.10}"
    dst: Prefix
    via: NextHop
    distance: int = Field(default=1, ge=1, le=255)
    tag: int | None = Field(default=None, ge=0, le=4294967295)
    name: VlanName | None = None
    vrf: VrfName = "default"


class Switch(Spec):
    """``routing`` is ``ip routing`` of the default VRF, ``routing6`` its ``ipv6 unicast-routing``; absent: not ours.

    ``svis`` by VLAN, ``interfaces`` and ``vrfs`` by name.
    """

    routing: bool | None = None
    routing6: bool | None = None
    vrfs: dict[DeclaredVrf, Vrf] = Field(default_factory=dict)
    vlans: dict[VlanKey, Vlan] = Field(default_factory=dict)
    interfaces: dict[Port, SwitchPort] = Field(default_factory=dict)
    svis: dict[VlanKey, Svi] = Field(default_factory=dict)
    routes: Many[StaticRoute] = ()
    bgp: Bgp | None = None
    ignore: Many[SwitchIgnoreRule] = ()
