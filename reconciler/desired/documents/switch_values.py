"""Single values of a switch: VLANs, ports, VRFs, next hops, AS numbers; each error says what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from reconciler.desired.codes import Code
from reconciler.desired.documents.values import (
    DEVICE_NAME,
    IFNAME,
    Prefix,
    matching,
    plain_address,
    shaped,
    without_zone,
    wrong,
)
from reconciler.desired.examples import Example
from reconciler.switch.addresses import is_address, is_ipv6, router
from reconciler.switch.kinds import DEFAULT_VRF
from reconciler.switch.names import compress, expand

PORT = re.compile(
    r"(Ethernet[0-9]{1,3}(/[0-9]{1,3}){0,2}|Port-Channel[0-9]{1,6})(\.[1-9][0-9]{0,3})?|Loopback[0-9]{1,4}"
)
VLAN_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")
VRF_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
VLAN_NAME = re.compile(r"[A-Za-z0-9_.:/+-]{1,32}")
GROUP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}")
INTERFACE = re.compile(r"[A-Z][a-z]|.* ")
LONGEST_LIST = 20000
"""Characters; every other VLAN by itself is shorter. More only cost time."""
LAST_VLAN = 4094
SMALL, BIG = 2**16 - 1, 2**32 - 1


def _vlan_key(key: Any) -> Any:
    """In one spelling only: `010` beside `10` would be another key for the same VLAN."""
    if not (isinstance(key, str) and VLAN_NUMBER.fullmatch(key)):
        wrong(Code.NOT_A_VLAN, f"{key!r} is not a VLAN number", "use 1 to 4094")
    return int(key)


def _vlan_id(vlan: int) -> int:
    if not 1 <= vlan <= LAST_VLAN:
        wrong(Code.NOT_A_VLAN, f"VLAN {vlan} does not exist", "use 1 to 4094")
    return vlan


def _vlan_list(text: str) -> str:
    if text == "none":
        return text
    try:
        vlans = list(expand(text)) if len(text) <= LONGEST_LIST else []
    except ValueError:
        vlans = []
    if not vlans or not all(1 <= vlan <= LAST_VLAN for vlan in vlans):
        wrong(
            Code.NOT_A_VLAN_LIST,
            f"{text!r} is not a list of VLANs",
            'use numbers and ranges from 1 to 4094, such as "10,20-22", or none',
        )
    return compress(vlans)


def _ipv4(prefix: str) -> str:
    if is_ipv6(prefix):
        wrong(Code.MIXED_IP_VERSIONS, f"{prefix} is an IPv6 prefix", "only IPv4 ones can be given here")
    return prefix


def _port(text: str) -> str:
    if text.lower().startswith(("management", "ma")):
        wrong(
            Code.MANAGEMENT_INTERFACE,
            f"{text} is the switch's management interface",
            "remove it, it is never changed from here",
        )
    if text.lower().startswith(("vlan", "vl")):
        wrong(Code.NOT_A_PORT, f"{text} is an SVI", "declare it under svis, by its VLAN number")
    if not PORT.fullmatch(text):
        wrong(Code.NOT_A_PORT, f"{text!r} is not an EOS port", f"write the name in full, such as {_full_name(text)}")
    return text


def _full_name(text: str) -> str:
    """What ``et1`` and ``Po 3`` are called in a running configuration."""
    short = re.fullmatch(r"([A-Za-z-]+) ?([0-9][0-9/.]*)", text)
    names = {"e": "Ethernet", "p": "Port-Channel"}
    return f"{names.get(short[1][0].lower(), 'Ethernet')}{short[2]}" if short else "Ethernet1 or Port-Channel3"


def _vrf(text: str) -> str:
    if text == DEFAULT_VRF:
        wrong(Code.DEFAULT_VRF, "the default VRF always exists", "put its routing and routes beside vrfs")
    return text


def _next_hop(text: str) -> str:
    """``10.0.0.1``, ``Null0``, ``Ethernet7``, ``Ethernet7 10.0.0.1``."""
    interface, _, address = text.partition(" ") if INTERFACE.match(text) else ("", "", text)
    if interface and interface != "Null0":
        _via_interface(interface)
    if interface == "Null0" and address:
        wrong(Code.BAD_NEXT_HOP, "Null0 drops, it has no next hop", "write Null0 alone")
    if interface and not address:
        return interface
    return " ".join(filter(None, [interface, plain_address(address)]))


def _via_interface(name: str) -> None:
    if name.lower().startswith(("management", "ma")):
        wrong(
            Code.MANAGEMENT_INTERFACE,
            f"{name} is the switch's management interface",
            "use a next hop that is not behind it",
        )
    vlan = re.fullmatch(r"Vlan([1-9][0-9]{0,3})", name)
    if not (PORT.fullmatch(name) or (vlan and int(vlan[1]) <= LAST_VLAN)):
        wrong(
            Code.BAD_NEXT_HOP,
            f"{name!r} is not an interface on EOS",
            "use an address, Null0, or a full name such as Vlan10",
        )


def _route_distinguisher(text: str) -> str:
    """``65001:1`` or ``10.0.0.1:1``; of an AS number beyond 65535 only 16 bits are left for the second part."""
    admin, colon, number = text.rpartition(":")
    rooms = {True: (BIG, SMALL), False: (SMALL, BIG)}
    long = _is_ipv4(admin) or (admin.isdigit() and len(admin) < 11 and int(admin) > SMALL)
    fits = number.isdigit() and len(number) < 11 and int(number) <= rooms[long][1]
    if not (colon and text.isascii() and fits and (_is_ipv4(admin) or (admin.isdigit() and int(admin) <= BIG))):
        wrong(
            Code.NOT_A_ROUTE_DISTINGUISHER,
            f"{text!r} is not a route distinguisher",
            'expected one such as "65001:1" or "10.0.0.1:1"',
        )
    return text


def _is_ipv4(text: str) -> bool:
    try:
        return ip_address(text).version == 4
    except ValueError:
        return False


def _router_address(text: str) -> str:
    """With or without a length, as EOS takes it."""
    without_zone(text)
    try:
        return router(text)
    except ValueError:
        wrong(Code.NOT_AN_ADDRESS, f"{text!r} is not an address", "expected one such as 10.10.10.254")


def _router_id(text: str) -> str:
    if not _is_ipv4(text):
        wrong(
            Code.NOT_AN_ADDRESS,
            f"{text!r} is not a router ID",
            "expected one in the form of an IPv4 address, such as 10.10.10.1",
        )
    return text


def _group(text: str) -> str:
    """A name that looks like an address would be a neighbour, `neighbor interface` begins another command."""
    if "interface".startswith(text):
        wrong(
            Code.BAD_NAME, f"{text!r} is a word of EOS's own behind `neighbor`", "use another name for the peer group"
        )
    if is_address(text.partition("/")[0]):
        wrong(
            Code.BAD_NAME,
            f"{text!r} is an address, not the name of a peer group",
            "put it under neighbors, or use another name",
        )
    return text


def _named(what: str) -> Callable[[str], str]:
    return matching(GROUP_NAME, what, "use 1 to 100 letters, digits and _.:/+-, no spaces")


CABLE = re.compile(rf"({DEVICE_NAME.pattern}):({PORT.pattern}|{IFNAME.pattern})")


def _cable_end(text: str) -> str:
    if not CABLE.fullmatch(text):
        wrong(
            Code.BAD_CABLE_END,
            f"{text!r} is not an interface of a device",
            "expected one such as k01-worker:eth1 or leaf2:Ethernet49",
        )
    return text


KEY = {"pattern": "^([1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$"}
"""1 to 4094, as the text that a mapping's key is to JSON."""
VlanId = Annotated[int, AfterValidator(_vlan_id), Field(json_schema_extra={"minimum": 1, "maximum": LAST_VLAN})]
VlanKey = Annotated[int, AfterValidator(_vlan_id), BeforeValidator(_vlan_key), Field(json_schema_extra=KEY)]
VlanName = Annotated[
    str,
    AfterValidator(matching(VLAN_NAME, "name on EOS", "use 1 to 32 letters, digits and _.:/+-, no spaces")),
    shaped(VLAN_NAME),
]
VlanList = Annotated[str, AfterValidator(_vlan_list), Example('"10,20-22"'), Field(examples=["10,20-22"])]
VrfName = Annotated[
    str,
    AfterValidator(matching(VRF_NAME, "VRF name", "use 1 to 100 letters, digits, '_', '-' and '.', such as default")),
    shaped(VRF_NAME),
]
DeclaredVrf = Annotated[VrfName, AfterValidator(_vrf), Field(examples=["TENANT"])]
Port = Annotated[str, AfterValidator(_port), shaped(PORT), Field(examples=["Ethernet1"])]
SwitchMtu = Annotated[int, Field(ge=68, le=9214)]
TrunkGroup = Annotated[str, AfterValidator(_named("trunk group")), shaped(GROUP_NAME), Field(examples=["SPINES"])]
PeerGroupName = Annotated[
    str,
    AfterValidator(_named("peer group name")),
    AfterValidator(_group),
    shaped(GROUP_NAME),
    Field(examples=["CALICO-K8S"]),
]
RouterAddress = Annotated[str, AfterValidator(_router_address), Field(examples=["10.10.10.254"])]
NextHop = Annotated[str, AfterValidator(_next_hop), Field(examples=["10.10.10.1"])]
CableEnd = Annotated[str, AfterValidator(_cable_end), shaped(CABLE), Field(examples=["k01-worker:eth1"])]
ChannelId = Annotated[int, Field(ge=1, le=2000)]
Asn = Annotated[int, Field(ge=1, le=4294967295)]
Prefix4 = Annotated[Prefix, AfterValidator(_ipv4)]
RouterId = Annotated[str, AfterValidator(_router_id), Field(examples=["10.10.10.1"])]
RouteDistinguisher = Annotated[str, AfterValidator(_route_distinguisher), Field(examples=["65001:1"])]
