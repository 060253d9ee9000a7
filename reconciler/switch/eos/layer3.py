"""Lines that ports and SVIs have in common: description, MTU, shutdown, VRF, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from reconciler.switch.addresses import DYNAMIC, in_order, is_ipv6, router, spelled
from reconciler.switch.eos.lexicon import Reader, Told, Understood, described, number, value, word
from reconciler.switch.kinds import DEFAULT_MTU, DEFAULT_VRF, Interface, Svi

OF_ITSELF = ("auto-config", "link-local")
"""Last words of IPv6 addresses that a switch makes for its own needs, beside those that documents list."""


def _ip_address(text: str) -> Told:
    """``10.0.0.1/24``, with a mask, ``secondary``; ``dhcp``; ``virtual 10.0.0.1/24``. Raises: ValueError."""
    kind, _, behind = text.partition(" ")
    name, given = ("virtual", behind) if kind == "virtual" else ("addresses", text)
    address = given.removesuffix(" secondary")
    place = name if address == given else f"{name} secondary"
    return place, address if address == DYNAMIC and place == "addresses" else _v4(address)


def _v4(text: str) -> str:
    address = spelled(text.replace(" ", "/", 1))
    if "/" not in text.replace(" ", "/", 1) or is_ipv6(address):
        raise ValueError(text)
    return address


def _ipv6_address(text: str) -> Told:
    if text.split()[-1:] and text.split()[-1] in OF_ITSELF:
        return None
    name, address = ("virtual", text.removeprefix("virtual ")) if text.startswith("virtual ") else ("addresses", text)
    if "/" not in address or not is_ipv6(spelled(address)):
        raise ValueError(text)
    return name, spelled(address)


def _mtu(text: str) -> Told:
    """EOS keeps and shows `mtu 1500` where somebody typed it; it says no more than its absence."""
    mtu = number(0, 65535)(text)
    return "mtu", None if mtu == DEFAULT_MTU else mtu


def _vrf(text: str) -> Told:
    """Up to 4.22 it is `vrf forwarding`."""
    vrf = word(text.removeprefix("forwarding "))
    return "vrf", None if vrf == DEFAULT_VRF else vrf


COMMON_FLAGS: dict[str, tuple[str, object]] = {"shutdown": ("shutdown", True)}
COMMON_READERS: dict[str, Reader] = {
    "description": described,
    "mtu": _mtu,
    "vrf": _vrf,
    "ip address": _ip_address,
    "ipv6 address": _ipv6_address,
}
VIRTUAL_ROUTER = value("virtual_router", router)


class Common(TypedDict):
    """Attributes that a port and an SVI have both, but for the description, which each has to itself."""

    shutdown: bool
    mtu: int | None
    vrf: str | None


def common(body: Understood) -> tuple[str | None, Common]:
    """The description, and what many have alike."""
    alike = Common(shutdown=body.one("shutdown", False), mtu=body.one("mtu", None), vrf=body.one("vrf", None))
    return body.one("description", None), alike


def addresses(body: Understood, name: str = "addresses") -> tuple[str, ...]:
    """Raises: ValueError."""
    found = (*body.many(name), *body.many(f"{name} secondary"))
    return in_order(found) if found else ()


def attribute(old: Interface | Svi, new: Interface | Svi) -> Iterator[str]:
    if old.description != new.description:
        yield "no description" if new.description is None else f"description {new.description}"
    if old.mtu != new.mtu:
        yield "no mtu" if new.mtu is None else f"mtu {new.mtu}"


def shutdown(old: Interface | Svi, new: Interface | Svi) -> Iterator[str]:
    """Last of an interface's lines: it comes up as what it should be."""
    if old.shutdown != new.shutdown:
        yield "shutdown" if new.shutdown else "no shutdown"
