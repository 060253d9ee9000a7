"""Kinds of interfaces that can be made: what iproute2 tells of each, and the words that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from reconciler.linux.words import Row, pairs

FELIX_COMPARES = ("external", "gbp", "l2miss")
"""What makes a VXLAN device another one (Calico ``vxlanLinksIncompat``), though no wish can ask for it."""
GROUPS = ("group", "group6", "remote", "remote6")
"""One attribute of the kernel (IFLA_VXLAN_GROUP, GROUP6) under four names: multicast or not, IPv4 or IPv6."""
ANY = "any"
STACKED = frozenset({"vlan", "macvlan", "macvtap", "ipvlan", "ipvtap"})
"""Kinds whose lower device is an attribute of every interface (IFLA_LINK), not one of their kind. Not a veth's."""
FALLBACK_DEVICES = frozenset({"tunl0"})
"""Made by the kernel with module ``ipip``, never deleted and never made a second time (docs/KERNEL.md, fact 35)."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Device:
    """``read``: ``info_data`` -> fields of ``Link``. ``options``: some ``Link.values`` -> words after ``type KIND``."""

    read: Callable[[Row], Values]
    options: Callable[[Values], str]


def _read_vxlan(data: Row) -> Values:
    extra = tuple(f"{name} {data[name]}" for name in FELIX_COMPARES if data.get(name))
    return {
        "id": data["id"],
        "port": data["port"],
        "local": data.get("local", data.get("local6")),
        "lower": data.get("link"),
        "group": next((data[name] for name in GROUPS if name in data), None),
        "learning": data["learning"],
        "extra": extra or None,
    }


def _vxlan(values: Values) -> str:
    words = pairs(id=values.get("id"), dstport=values.get("port"), local=values.get("local"), dev=values.get("link"))
    return words + _group(values.get("group")) + _switch("learning", values.get("learning"))


def _group(group: str | None) -> str:
    """iproute2 wants the word that fits the address. Raises: ValueError for what is none."""
    if group is None:
        return ""
    return pairs(group=group) if ip_address(group).is_multicast else pairs(remote=group)


def _read_ipip(data: Row) -> Values:
    """``local`` ``any`` is none; a tunnel to one end only, or to wherever a route says, is no overlay's."""
    local, remote = (None if data.get(name, ANY) == ANY else data[name] for name in ("local", "remote"))
    extra = [f"remote {remote}"] if remote else []
    extra += ["external"] if data.get("external") else []
    return {"local": local, "lower": data.get("link"), "extra": tuple(extra) or None}


def _ipip(values: Values) -> str:
    return pairs(local=values.get("local"), dev=values.get("link"))


def _read_bridge(data: Row) -> Values:
    return {
        "stp_state": bool(data["stp_state"]),
        "forward_delay": data["forward_delay"],
        "ageing_time": data["ageing_time"],
    }


def _bridge(values: Values) -> str:
    stp = values.get("stp_state")
    timers = pairs(forward_delay=values.get("forward_delay"), ageing_time=values.get("ageing_time"))
    return pairs(stp_state=None if stp is None else int(stp)) + timers


def _switch(name: str, on: bool | None) -> str:
    return "" if on is None else f" {name}" if on else f" no{name}"


PLAIN = Device(lambda _: {}, lambda _: "")
"""One without options of its own, or with options that no wish can ask for."""
DEVICES = {
    "vxlan": Device(_read_vxlan, _vxlan),
    "ipip": Device(_read_ipip, _ipip),
    "bridge": Device(_read_bridge, _bridge),
}


def device(info_kind: str | None) -> Device:
    return DEVICES.get(info_kind or "", PLAIN)
