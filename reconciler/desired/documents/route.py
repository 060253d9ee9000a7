"""Routes written by hand: every type and every attribute that an entry of the kernel's FIB may have."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.ranges import Realms
from reconciler.desired.documents.spec import Many, Part
from reconciler.desired.documents.values import (
    Address,
    Congestion,
    Destination,
    Ifname,
    Mtu,
    Prefix,
    Tos,
    wrong,
)
from reconciler.linux.route import MAIN_TABLE, OUR_PROTOCOL

RouteType = Literal[
    "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw"
]
"""All that kernels have; they refuse ``nat`` (IPv4: Invalid scope), which only old ones knew."""
ON_A_DEVICE = frozenset({"broadcast", "anycast", "multicast"})
BEFORE_METRICS = ("dst", "from", "tos", "via", "dev", "table", "metric", "type", "src", "scope", "onlink")
Byte = Annotated[int, Field(ge=0, le=255)]
U32 = Annotated[int, Field(ge=0, le=4294967295)]
Count = Annotated[int, Field(ge=1, le=4294967295)]
Milliseconds = Annotated[int, Field(ge=1, le=60000)]


class Encap(Part):
    """What packets are wrapped in. ``ip`` and ``ip6``: a tunnel's header; ``seg6``: segment routing."""

    example: ClassVar[str] = "{type: ip, dst: 10.9.9.9}"
    type: Literal["ip", "ip6", "seg6"]
    id: U32 = 0
    src: Address | None = None
    dst: Address | None = None
    ttl: Byte = 0
    tos: Byte = 0
    mode: Literal["encap", "inline"] | None = None
    segs: Many[Address] | None = None
    hmac: Count | None = None

    @model_validator(mode="after")
    def _fits(self) -> Encap:
        mine = {"type", "mode", "segs", "hmac"} if self.type == "seg6" else {"type", "id", "src", "dst", "ttl", "tos"}
        if strange := sorted(self.model_fields_set - mine):
            wrong(
                Code.FIELDS_CONFLICT,
                f"encap {self.type} has no {strange[0]}",
                f"it has {', '.join(sorted(mine - {'type'}))}",
            )
        if self.type == "seg6":
            self._check_segments()
        elif self.dst is None:
            wrong(Code.LEADS_NOWHERE, f"encap {self.type} leads nowhere", "add dst, the far end of the tunnel")
        elif any((":" in end) == (self.type == "ip") for end in (self.dst, self.src) if end):
            wrong(
                Code.MIXED_IP_VERSIONS,
                f"encap {self.type} with an end of the other IP version",
                "ip for IPv4, ip6 for IPv6",
            )
        return self

    def _check_segments(self) -> None:
        if not self.segs or self.mode is None:
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                "encap seg6 without mode or segs",
                "add mode: encap or inline, and segs, a list of IPv6 addresses",
            )
        if any(":" not in segment for segment in self.segs):
            wrong(Code.MIXED_IP_VERSIONS, "an IPv4 address among segs", "segments are IPv6 addresses")


def _gateway(text: str) -> str:
    address = ip_address(text)
    if address.is_multicast or address.is_unspecified or text == "255.255.255.255":
        wrong(Code.BAD_NEXT_HOP, f"{text} is not the address of a router", "expected one such as 10.10.10.1")
    return text


Gateway = Annotated[Address, AfterValidator(_gateway)]
"""The kernel refuses all others, and takes 0.0.0.0 for none at all."""


class NextHop(Part):
    """One leg of a multipath route."""

    example: ClassVar[str] = "{via: 10.10.10.1}"
    via: Gateway | None = None
    dev: Ifname | None = None
    weight: int = Field(default=1, ge=1, le=256)
    onlink: bool = False
    realms: Realms | None = None
    encap: Encap | None = None


class Metrics(Part):
    """What TCP and the IP stack do with packets that take the route (RTAX_*); times are in milliseconds."""

    mtu: Annotated[Mtu, Field(le=65520)] | None = None
    advmss: int | None = Field(default=None, ge=1, le=65495)
    window: Count | None = None
    rtt: Milliseconds | None = None
    rttvar: Milliseconds | None = None
    reordering: Count | None = None
    cwnd: Count | None = None
    initcwnd: Count | None = None
    initrwnd: Count | None = None
    ssthresh: Count | None = None
    hoplimit: int | None = Field(default=None, ge=1, le=255)
    rto_min: Milliseconds | None = None
    quickack: bool = False
    congctl: Congestion | None = None
    ecn: bool = False
    fastopen_no_cookie: bool = False


class Route(Metrics):
    """One route written by hand; ``metric`` 0 of an IPv6 route is 1024 in the kernel; ``protocol`` marks the owner."""

    example: ClassVar[str] = "{dst: 10.10.20.0/24, via: 10.10.10.1}"
    first: ClassVar[tuple[str, ...]] = BEFORE_METRICS
    dst: Destination
    source: Prefix | None = Field(default=None, alias="from")
    tos: Tos | None = None
    via: Gateway | None = None
    dev: Ifname | None = None
    table: int = Field(default=MAIN_TABLE, ge=1, le=4294967295)
    metric: U32 = 0
    type: RouteType = "unicast"
    src: Address | None = None
    scope: Literal["global", "site", "link", "host", "nowhere"] | None = None
    onlink: bool = False
    realms: Realms | None = None
    pref: Literal["low", "medium", "high"] = "medium"
    encap: Encap | None = None
    nexthops: Many[NextHop] | None = None
    protocol: Byte = OUR_PROTOCOL

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Route:
        legs = [name for name in ("via", "dev") if getattr(self, name) is not None]
        if self.type == "unicast" and not legs and not self.nexthops:
            wrong(
                Code.LEADS_NOWHERE, "the route leads nowhere", "add via, dev or nexthops, or a type such as blackhole"
            )
        if self.type in ON_A_DEVICE and self.dev is None:
            wrong(Code.FIELD_NEEDS_ANOTHER, f"a {self.type} route without a device", "add dev")
        if self.nexthops and (legs or self.encap):
            wrong(
                Code.FIELDS_CONFLICT,
                "a route with both nexthops and a via, dev or encap",
                "move via, dev and encap into nexthops",
            )
        return self

    @model_validator(mode="after")
    def _fits_its_version(self) -> Route:
        """Kernel: TOS, realms and IPv6's ``from`` and ``pref`` are refused, or dropped silently, for the other one."""
        legs = self.nexthops or ()
        of_four = {"tos": self.tos, "realms": self.realms or next((leg.realms for leg in legs if leg.realms), None)}
        of_six = {"from": self.source, "pref": None if self.pref == "medium" else self.pref}
        version, others = ("IPv6", of_four) if self.is_ipv6 else ("IPv4", of_six)
        for name, value in others.items():
            if value is not None:
                wrong(Code.OTHER_IP_VERSION, f"an {version} route has no {name}", f"remove {name}")
        if self.src and (":" in self.src) != self.is_ipv6:
            wrong(Code.MIXED_IP_VERSIONS, f"an {version} route with src {self.src}", "use an address of its IP version")
        if self.source and ":" not in self.source:
            wrong(Code.MIXED_IP_VERSIONS, f"{self.source} is an IPv4 prefix", "from is a prefix of IPv6 sources")
        if self.is_ipv6 and any(leg.via is None for leg in legs):
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                "an IPv6 next hop without via among several",
                "add via: the kernel takes no device alone there",
            )
        return self

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """Where it leads to; ``default`` is everywhere."""
        return ip_network(("::/0" if self.is_ipv6 else "0.0.0.0/0") if self.dst == "default" else self.dst)

    @property
    def is_ipv6(self) -> bool:
        """``default`` is IPv6's if its source is, or what says no more a next hop; nothing said, IPv4's."""
        if self.dst != "default":
            return ":" in self.dst
        hints = [self.source, self.src, self.via, *(leg.via for leg in self.nexthops or ())]
        return ":" in next((hint for hint in hints if hint is not None), "")
