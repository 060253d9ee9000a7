"""Single values, normalised at birth: addresses, prefixes, MACs, names; each error says what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_interface
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from reconciler.desired.codes import Code
from reconciler.desired.examples import Example

MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
WRITTEN_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")
IFNAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,14}")
SWITCH_TEXT = re.compile(r"[!->@-~]([ ->@-~]*[!->@-~])?")
DEVICE_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
PUBLIC_KEY = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")
ADDRESS = re.compile(r"([0-9.]+|\[[0-9A-Fa-f:.]+\])(:\d+)?")
CALICO_VERSION = re.compile(r"3\.[0-9]{1,3}(\.[0-9]{1,3})?")
CONGESTION = re.compile(r"[a-z][a-z0-9_-]{0,14}")
NETWORK_LIKE = {4: 1 << 8, 6: 1 << 16}
"""By IP version: an address that is divided by it without a rest looks like a network's."""


def wrong(code: Code, what: str, right: str) -> NoReturn:
    """Refuse a value by the rule ``code``. ``what`` is wrong with it, ``right`` would be accepted."""
    raise PydanticCustomError("problem", "{what}: {right}", {"code": code, "what": what, "right": right})


def without_zone(text: str) -> None:
    """``ipaddress`` takes any text behind a ``%``: the interface has a field of its own, and commands have words."""
    if "%" in text:
        wrong(Code.ADDRESS_ZONE, f"{text!r} has a zone", "the address alone; the interface goes under dev")


def plain_address(text: str) -> str:
    without_zone(text)
    try:
        return str(ip_address(text))
    except ValueError:
        if "/" in text:
            wrong(Code.PREFIX_LENGTH, f"{text} has a prefix length", f"use the address alone, {text.partition('/')[0]}")
        wrong(Code.NOT_AN_ADDRESS, f"{text!r} is not an IP address", "expected one such as 10.10.10.1 or fd00::1")


def _interface(text: str) -> str:
    without_zone(text)
    try:
        interface = ip_interface(text)
    except ValueError:
        wrong(
            Code.NOT_AN_ADDRESS,
            f"{text!r} is not an IP address with a prefix length",
            "expected one such as 10.10.10.1/24 or fd00::1/64",
        )
    if "/" not in text:
        wrong(
            Code.PREFIX_LENGTH,
            f"{text!r} has no prefix length",
            f"add it, such as {text}/{24 if interface.version == 4 else 64}",
        )
    _host(text.partition("/")[0])
    if interface.network.prefixlen < interface.max_prefixlen - 1 and interface.version == 4:
        _check_host(text, interface)
    return interface.with_prefixlen


def _host(text: str) -> str:
    address = ip_address(text)
    if address.is_multicast or address.is_unspecified:
        wrong(Code.NOT_A_HOST_ADDRESS, f"{text} is no host's address", "expected one such as 10.10.10.1 or fd00::1")
    return text


def _check_host(text: str, interface: Any) -> None:
    if interface.ip == interface.network.network_address:
        wrong(
            Code.NOT_A_HOST_ADDRESS,
            f"{text} is the network address",
            f"use a host address, such as {interface.ip + 1}/{interface.network.prefixlen}",
        )
    if interface.ip == interface.network.broadcast_address:
        wrong(
            Code.NOT_A_HOST_ADDRESS,
            f"{text} is the broadcast address of its network",
            f"use a host address, such as {interface.ip - 1}/{interface.network.prefixlen}",
        )


def _prefix(text: str) -> str:
    """A host may be without its length, as ``ip route`` prints it; 10.9.0.0 alone would be one, and is never meant."""
    without_zone(text)
    try:
        interface = ip_interface(text)
    except ValueError:
        right = (
            "write 0.0.0.0/0, or ::/0 for IPv6"
            if text == "default"
            else "expected one such as 10.10.20.0/24 or fd00::/64"
        )
        wrong(Code.NOT_A_PREFIX, f"{text!r} is not an IP prefix", right)
    if "/" not in text and int(interface.ip) % NETWORK_LIKE[interface.version] == 0:
        right = f"add it, such as {interface.network} for this address alone"
        wrong(Code.PREFIX_LENGTH, f"{text!r} has no prefix length", right)
    if interface.ip != interface.network.network_address:
        wrong(Code.HOST_BITS, f"{text} has host bits set", f"did you mean {interface.network}?")
    return str(interface.network)


def _mac(text: str) -> str:
    mac = text.lower().replace("-", ":")
    if not MAC.fullmatch(mac):
        wrong(
            Code.NOT_A_MAC,
            f"{text!r} is not a MAC address",
            'expected six pairs of hex digits, such as "66:fb:ad:98:aa:13"',
        )
    return mac


def _station(mac: str) -> str:
    if int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00":
        wrong(
            Code.NOT_A_STATION_MAC,
            f"{mac} is not a unicast MAC address",
            "use one whose first byte is even and that is not all zero",
        )
    return mac


def tight_lipped(text: str) -> str:
    """What is wrong, without what may be a password in it: ``…@host``, ``slack://…``."""
    scheme, separator, rest = text.partition("://")
    if separator:
        return text if ADDRESS.fullmatch(rest) else f"{scheme}://…"
    _, at, host = text.rpartition("@")
    return f"…@{host}" if at else text


def user_name(pattern: re.Pattern[str], right: str) -> Callable[[str], str]:
    """Some write the password behind it: what follows a colon is not repeated."""

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            name, colon, _ = tight_lipped(text).partition(":")
            wrong(Code.BAD_NAME, f"{(f'{name}:…' if colon else name)!r} is not a user name", right)
        return text

    return check


def matching(pattern: re.Pattern[str], what: str, right: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            wrong(Code.BAD_NAME, f"{text!r} is not a valid {what}", right)
        return text

    return check


def shaped(pattern: re.Pattern[str]) -> Any:
    """The pattern in JSON Schemas, too; within a model it is the validator beside it that says what is wrong."""
    return Field(json_schema_extra={"pattern": f"^(?:{pattern.pattern})$"})


def _ifname(text: str) -> str:
    if not IFNAME.fullmatch(text):
        wrong(
            Code.NOT_AN_INTERFACE,
            f"{text!r} is not a Linux interface name",
            "use 1 to 15 letters, digits, '_', '.', '-' and '+', such as eth1",
        )
    return text


def _description(text: str) -> str:
    if "?" in text:
        wrong(Code.BAD_DESCRIPTION, "a '?' in the description", "remove it, EOS takes it as a request for help")
    if not text.strip():
        wrong(Code.BAD_DESCRIPTION, "the description is empty", "remove the key, or write a text")
    if text != text.strip():
        wrong(Code.BAD_DESCRIPTION, "the description starts or ends with a space", f"write {text.strip()!r}")
    if not text.isascii() or not text.isprintable():
        wrong(
            Code.BAD_DESCRIPTION,
            "the description is not printable ASCII on one line",
            "remove line breaks, control and non-ASCII characters",
        )
    if len(text) > 80:
        wrong(Code.BAD_DESCRIPTION, f"the description has {len(text)} characters", "use at most 80")
    return text


def _destination(text: str) -> str:
    return text if text == "default" else _prefix(text)


Address = Annotated[str, AfterValidator(plain_address), Field(examples=["10.10.10.1"])]
HostAddress = Annotated[Address, AfterValidator(_host)]
Interface = Annotated[str, AfterValidator(_interface), Field(examples=["10.10.10.1/24"])]
Prefix = Annotated[str, AfterValidator(_prefix), Field(examples=["10.10.20.0/24"])]
Destination = Annotated[str, AfterValidator(_destination), Field(examples=["10.10.20.0/24", "default"])]
Mac = Annotated[str, AfterValidator(_mac), shaped(WRITTEN_MAC), Field(examples=["66:fb:ad:98:aa:13"])]
Description = Annotated[str, AfterValidator(_description), Field(max_length=80), shaped(SWITCH_TEXT)]
Ifname = Annotated[str, AfterValidator(_ifname), shaped(IFNAME), Field(examples=["eth1"])]
StationMac = Annotated[Mac, AfterValidator(_station)]
DeviceName = Annotated[
    str,
    AfterValidator(matching(DEVICE_NAME, "device name", "use letters, digits, '-', '_' and '.', such as k01-worker")),
    shaped(DEVICE_NAME),
    Example("k01-worker"),
]
PublicKey = Annotated[
    str,
    AfterValidator(matching(PUBLIC_KEY, "WireGuard key", "expected what `wg pubkey` prints, 44 characters of base64")),
    shaped(PUBLIC_KEY),
]
CalicoVersion = Annotated[
    str,
    AfterValidator(matching(CALICO_VERSION, "Calico version", 'expected a release in quotes, such as "3.30"')),
    shaped(CALICO_VERSION),
    Example('"3.30"'),
]
Mtu = Annotated[int, Field(ge=68, le=65535)]
Congestion = Annotated[
    str,
    AfterValidator(matching(CONGESTION, "congestion control", "expected a name such as cubic or bbr")),
    shaped(CONGESTION),
    Field(examples=["cubic"]),
]
Tos = Annotated[int, Field(ge=4, le=252, multiple_of=4)]
"""Without its two lowest bits, which are ECN's."""
