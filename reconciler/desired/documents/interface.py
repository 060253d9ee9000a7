"""An interface of a node: one that is there (a network card), or one that is ours to make (a tunnel, a bridge)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.address import InterfaceAddress
from reconciler.desired.documents.spec import Many, Part
from reconciler.desired.documents.values import Address, Ifname, Mtu, StationMac, wrong

LEAST_FORWARD_DELAY = 2
"""Seconds; the kernel refuses less with STP (``BR_MIN_FORWARD_DELAY``), and more than 30."""


class VxlanDevice(Part):
    """A VXLAN device: ``local`` and ``dev`` are where its packets leave, ``group`` where those of unknown MACs go."""

    example: ClassVar[str] = "{id: 100, dev: eth1}"
    id: Annotated[int, Field(ge=0, le=16777215)]
    port: Annotated[int, Field(ge=1, le=65535)] = 4789
    local: Address | None = None
    dev: Ifname | None = None
    group: Address | None = None
    learning: bool = False

    @model_validator(mode="after")
    def _ends_fit(self) -> VxlanDevice:
        if self.local is not None and ip_address(self.local).is_multicast:
            wrong(Code.MULTICAST_OR_NOT, f"local {self.local} is a multicast address", "use an address of this node")
        if self.group is None:
            return self
        if not ip_address(self.group).is_multicast:
            wrong(
                Code.MULTICAST_OR_NOT,
                f"group {self.group} is not a multicast address",
                "use one such as 239.1.1.1, or entries under fdb",
            )
        if self.dev is None:
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                f"group {self.group} without a dev to join it on",
                "add dev: the interface that leads to it",
            )
        if self.local is not None and (":" in self.local) != (":" in self.group):
            wrong(
                Code.MIXED_IP_VERSIONS,
                f"local {self.local} and group {self.group} mix IPv4 and IPv6",
                "use one IP version",
            )
        return self


class BridgeDevice(Part):
    """A bridge; the interfaces that name it as ``master`` are its ports. Times in seconds, absent: not ours."""

    example: ClassVar[str] = "{stp: false}"
    stp: bool = False
    forward_delay: Annotated[int, Field(ge=0, le=30)] | None = None
    ageing_time: Annotated[int, Field(ge=0, le=1000000)] | None = None

    @model_validator(mode="after")
    def _delay_fits(self) -> BridgeDevice:
        if self.stp and self.forward_delay is not None and self.forward_delay < LEAST_FORWARD_DELAY:
            wrong(
                Code.OUT_OF_RANGE,
                f"a forwardDelay of {self.forward_delay} s with stp",
                "use 2 to 30 seconds, or stp: false",
            )
        return self


class NodeInterface(Part):
    """With ``vxlan`` or ``bridge`` it is ours to make and to delete; without, it is hardware, and only changed.

    ``addresses`` absent: not ours; empty: none; given: exactly these (link-local ones are the kernel's).
    """

    example: ClassVar[str] = "{addresses: [10.10.10.1/24]}"
    addresses: Many[InterfaceAddress] | None = None
    mtu: Mtu | None = None
    mac: StationMac | None = None
    txqlen: Annotated[int, Field(ge=0, le=4294967295)] | None = None
    up: bool = True
    master: Ifname | None = None
    vxlan: VxlanDevice | None = None
    bridge: BridgeDevice | None = None

    @property
    def made_as(self) -> Literal["vxlan", "bridge"] | None:
        """The kind of device that is made, if it is one of ours."""
        return "vxlan" if self.vxlan is not None else "bridge" if self.bridge is not None else None

    @model_validator(mode="after")
    def _is_one_thing(self) -> NodeInterface:
        if self.vxlan is not None and self.bridge is not None:
            wrong(
                Code.FIELDS_CONFLICT,
                "an interface that is both vxlan and bridge",
                "two interfaces, the vxlan with master: the bridge",
            )
        if self.bridge is not None and self.master is not None:
            wrong(Code.FIELDS_CONFLICT, "a bridge that is a port of another one", "remove master")
        return self
