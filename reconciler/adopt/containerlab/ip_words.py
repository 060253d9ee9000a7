"""Commands of iproute2 as a node's document says them: strictly, a word that is not known is never passed over.

Objects and verbs may be shortened as iproute2 takes them (ip/ip.c and others): by a prefix, the first in its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from reconciler.adopt.containerlab.commands import NotUnderstood
from reconciler.linux.route import BOOT_PROTOCOL
from reconciler.linux.words import SCOPES, TYPES

PROTOCOLS = {
    "kernel": 2,
    "boot": 3,
    "static": 4,
    "redirect": 1,
    "ra": 9,
    "zebra": 11,
    "bird": 12,
    "dhcp": 16,
    "bgp": 186,
}
"""``/etc/iproute2/rt_protos``."""
TABLES = {"main": 254, "default": 253, "local": 255}
METRICS = ("mtu", "advmss", "window", "reordering", "cwnd", "initcwnd", "initrwnd", "ssthresh", "hoplimit")
BIGGEST = 2**32 - 1


def number(text: str) -> int:
    """Raises: NotUnderstood."""
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= BIGGEST):
        raise NotUnderstood(f"{text!r} is not a number")
    return int(text)


def named(names: Mapping[str, int]) -> Callable[[str], int]:
    return lambda text: names[text] if text in names else number(text)


def address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise NotUnderstood(f"{text!r} is not an address") from None


def scope(text: str) -> str:
    name = SCOPES.get(text, text)
    if name not in SCOPES.values():
        raise NotUnderstood(f"{text!r} is not a scope")
    return name


def plain(text: str) -> str:
    return text


def prefix(text: str, *, six: bool) -> str:
    """A destination; without a length it is one address. ``default`` of IPv6 has to be said in full."""
    if text in ("default", "any", "all"):
        return "::/0" if six else "default"
    try:
        return str(ip_network(text))
    except ValueError:
        raise NotUnderstood(f"{text!r} is not a prefix") from None


class Words:
    """What is left of a command."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = list(words)

    def __bool__(self) -> bool:
        return bool(self._words)

    def next(self, of: str) -> str:
        """Raises: NotUnderstood where the command ends too early."""
        if not self._words:
            raise NotUnderstood(f"nothing behind {of!r}")
        return self._words.pop(0)

    def peek(self) -> str:
        return self._words[0] if self._words else ""


def route(words: Words, *, six: bool) -> dict[str, Any]:
    """What follows ``ip route add``. Raises: NotUnderstood."""
    said: dict[str, Any] = {}
    if words.peek() in TYPES.values():
        said["type"] = words.next("route")
    while words:
        word = words.next("route")
        if word == "nexthop":
            said.setdefault("nexthops", []).append(_leg(words))
        elif word in ROUTE:
            name, read = ROUTE[word]
            said[name] = read(words.next(word))
        elif word == "via":
            said["via"] = _gateway(words)
        elif word in METRICS:
            said[word] = number(_unlocked(words, word))
        elif word == "onlink":
            said["onlink"] = True
        elif "dst" not in said:
            text = words.next(word) if word == "to" else word
            said["dst"] = prefix(text, six=six)
        else:
            raise NotUnderstood(f"{word!r} of a route")
    return _whole_route(said)


def _gateway(words: Words) -> str:
    text = words.next("via")
    return address(words.next(text) if text in ("inet", "inet6") else text)


def _unlocked(words: Words, name: str) -> str:
    text = words.next(name)
    if text == "lock":
        raise NotUnderstood(f"{name} lock")
    return text


def _leg(words: Words) -> dict[str, Any]:
    said: dict[str, Any] = {}
    while words and words.peek() != "nexthop":
        word = words.next("nexthop")
        if word == "via":
            said["via"] = _gateway(words)
        elif word == "dev":
            said["dev"] = words.next(word)
        elif word == "weight":
            said["weight"] = number(words.next(word))
        elif word == "onlink":
            said["onlink"] = True
        else:
            raise NotUnderstood(f"{word!r} of a next hop")
    return said


def _whole_route(said: dict[str, Any]) -> dict[str, Any]:
    """An IPv6 default route by its gateway alone (`ip route add default via fd00::1`); the protocol that ip writes."""
    if "dst" not in said:
        raise NotUnderstood("a route without a destination")
    said.setdefault("protocol", BOOT_PROTOCOL)
    if said["dst"] == "default" and ":" in said.get("via", ""):
        said["dst"] = "::/0"
    return said


ROUTE: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "dev": ("dev", plain),
    "oif": ("dev", plain),
    "src": ("src", address),
    "table": ("table", named(TABLES)),
    "metric": ("metric", number),
    "priority": ("metric", number),
    "preference": ("metric", number),
    "scope": ("scope", scope),
    "proto": ("protocol", named(PROTOCOLS)),
    "protocol": ("protocol", named(PROTOCOLS)),
}


def interface_address(words: Words) -> tuple[str, str | dict[str, Any]]:
    """What follows ``ip address add``: the device and the address, as a document says it. Raises: NotUnderstood."""
    said: dict[str, Any] = {}
    dev = ""
    while words:
        word = words.next("address")
        if word == "dev":
            dev = words.next(word)
        elif word in ("broadcast", "brd"):
            given = words.next(word)
            said |= {} if given in ("+", "-") else {"broadcast": address(given)}
        elif word == "scope":
            said["scope"] = scope(words.next(word))
        elif word in ("peer", "remote"):
            said["peer"] = words.next(word)
        elif "address" not in said:
            said["address"] = _with_length(words.next(word) if word == "local" else word)
        else:
            raise NotUnderstood(f"{word!r} of an address")
    if not dev or "address" not in said:
        raise NotUnderstood("an address without a device" if "address" in said else "no address")
    return dev, _as_document(said)


def device(words: Words) -> str:
    """What follows ``ip link delete`` and ``ip address flush``: one device. Raises: NotUnderstood."""
    word = words.next("the verb")
    name = words.next(word) if word == "dev" else word
    if words:
        raise NotUnderstood(f"{words.peek()!r} behind the device")
    return name


def _with_length(text: str) -> str:
    try:
        return ip_interface(text).with_prefixlen
    except ValueError:
        raise NotUnderstood(f"{text!r} is not an address") from None


def _as_document(said: dict[str, Any]) -> str | dict[str, Any]:
    """With a peer the length is the peer's; alone it is a text."""
    if "peer" in said:
        far = ip_interface(_with_length(said["peer"]))
        said["peer"] = str(far.ip)
        said["address"] = f"{ip_interface(said['address']).ip}/{far.network.prefixlen}"
    return str(said["address"]) if len(said) == 1 else said
