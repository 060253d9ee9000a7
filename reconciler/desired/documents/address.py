"""Addresses of a node's interfaces: a text, or a mapping where there is more to say."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_interface
from typing import Any, ClassVar, Literal

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import Address, Interface, wrong


class InterfaceAddress(Part):
    """``10.10.10.1/24``, or ``{address: 10.10.10.1/24, scope: link}``. With ``peer`` the length is the peer's."""

    example: ClassVar[str] = "10.10.10.1/24"
    address: Interface
    scope: Literal["global", "site", "link", "host"] | None = None
    broadcast: Address | None = None
    peer: Address | None = None

    @property
    def subnet(self) -> IPv4Network | IPv6Network:
        """What its interface leads to without a gateway: the network of the peer, where it has one."""
        own = ip_interface(self.address)
        return own.network if self.peer is None else ip_interface(f"{self.peer}/{own.network.prefixlen}").network

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: Any) -> Any:
        return value if isinstance(value, (dict, cls)) else {"address": value}

    @model_validator(mode="after")
    def _fits_its_version(self) -> InterfaceAddress:
        six = ":" in self.address
        if six and (self.scope or self.broadcast):
            wrong(
                Code.OTHER_IP_VERSION,
                "an IPv6 address with a scope or a broadcast address",
                "remove it: the kernel has one scope for it",
            )
        if any((":" in other) != six for other in (self.broadcast, self.peer) if other):
            wrong(
                Code.MIXED_IP_VERSIONS,
                f"{self.address} with a broadcast or peer of the other IP version",
                "use one IP version",
            )
        if self.peer and self.peer == str(ip_interface(self.address).ip):
            wrong(Code.PEER_IS_ITSELF, f"peer {self.peer} is the address itself", "remove it, or give the far end's")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Any:
        """A text in a document is one, too."""
        mapping = handler(schema)
        full = handler.resolve_ref_schema(mapping)
        text = full["properties"]["address"]
        whole = dict(full)
        full.clear()
        full.update({"anyOf": [text, whole]})
        return mapping
