"""Interfaces, neighbours and forwarding entries in the words of `ip` and `bridge`, as a node's document says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.adopt.containerlab.commands import NotUnderstood
from reconciler.adopt.containerlab.ip_words import Words, address, number

Readers = Mapping[str, tuple[str, Callable[[str], Any]]]
MADE = frozenset({"bridge", "vxlan"})
OLD_PORT = 8472
"""What iproute2 gives a VXLAN device without ``dstport`` (ip-link(8)); documents have IANA's, 4789."""
VXLAN: Readers = {
    "id": ("id", number),
    "vni": ("id", number),
    "dstport": ("port", number),
    "local": ("local", address),
    "group": ("group", address),
    "dev": ("dev", str),
}
LINK: Readers = {
    "mtu": ("mtu", number),
    "address": ("mac", str),
    "txqueuelen": ("txqlen", number),
    "txqlen": ("txqlen", number),
    "qlen": ("txqlen", number),
    "master": ("master", str),
}


def made(words: Words) -> tuple[str, dict[str, Any]]:
    """What follows ``ip link add``: the name, and ``{bridge: …}`` or ``{vxlan: …}``. Raises: NotUnderstood."""
    name = under = ""
    while words and words.peek() != "type":
        word = words.next("link")
        if word == "link":
            under = words.next(word)
        else:
            name = words.next(word) if word in ("name", "dev") else _first(name, word)
    words.next("link")
    kind = words.next("type")
    if kind not in MADE or not name:
        raise NotUnderstood(f"an interface of type {kind}")
    if under:
        raise NotUnderstood(f"link {under!r} of a {kind}")
    return name, {kind: _vxlan(words) if kind == "vxlan" else _no_more(words)}


def _first(said: str, word: str) -> str:
    if said:
        raise NotUnderstood(f"{word!r} behind {said!r}")
    return word


def _no_more(words: Words) -> dict[str, Any]:
    if words:
        raise NotUnderstood(f"{words.peek()!r} of a bridge")
    return {}


def _vxlan(words: Words) -> dict[str, Any]:
    """What is not said is iproute2's and the kernel's default, and not that of documents."""
    said: dict[str, Any] = {"port": OLD_PORT, "learning": True}
    while words:
        word = words.next("vxlan")
        if word in ("learning", "nolearning"):
            said["learning"] = word == "learning"
        elif word in VXLAN:
            name, read = VXLAN[word]
            said[name] = read(words.next(word))
        else:
            raise NotUnderstood(f"{word!r} of a vxlan interface")
    return {name: value for name, value in said.items() if (name, value) not in (("port", 4789), ("learning", False))}


def changed(words: Words) -> tuple[str, dict[str, Any]]:
    """What follows ``ip link set``: the device, wherever it stands, and its settings. Raises: NotUnderstood."""
    dev, said = "", dict[str, Any]()
    while words:
        word = words.next("set")
        if word in ("up", "down"):
            said["up"] = word == "up"
        elif word in LINK:
            name, read = LINK[word]
            said[name] = read(words.next(word))
        elif word == "dev" or not dev:
            dev = _first(dev, words.next(word) if word == "dev" else word)
        else:
            raise NotUnderstood(f"{word!r} of an interface")
    if not dev:
        raise NotUnderstood("no interface")
    return dev, said


def neighbour(words: Words) -> dict[str, Any]:
    """What follows ``ip neighbour add``. Raises: NotUnderstood."""
    said: dict[str, Any] = {}
    while words:
        word = words.next("neighbour")
        if word in ("dev", "lladdr"):
            said["mac" if word == "lladdr" else word] = words.next(word)
        elif word == "nud":
            if words.next(word) != "permanent":
                raise NotUnderstood("a neighbour that is not permanent")
        elif word != "permanent":
            said["dst"] = _first(said.get("dst", ""), address(words.next(word) if word == "to" else word))
    if said.keys() != {"dst", "dev", "mac"}:
        raise NotUnderstood("a neighbour has an address, a device and a MAC")
    return said


def forwarding(words: Words) -> dict[str, Any]:
    """What follows ``bridge fdb append``. Raises: NotUnderstood."""
    said: dict[str, Any] = {}
    while words:
        word = words.next("fdb")
        if word in ("dev", "dst"):
            said[word] = words.next(word)
        elif word not in ("self", "permanent"):
            said["mac"] = _first(said.get("mac", ""), word)
    if said.keys() != {"mac", "dev", "dst"}:
        raise NotUnderstood("an entry has a MAC, a device and where it leads")
    return said
