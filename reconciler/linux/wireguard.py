"""WireGuard's part of an interface: asked of ``wg``, since ``ip`` tells nothing of it, and written by ``wg set``.

No private and no preshared key is ever read or written: ``wg show … dump`` prints them, so nothing here asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.core.driver import Answer
from reconciler.core.way import IpAddress
from reconciler.linux.answers import check_status
from reconciler.linux.words import pairs, word

Values = Mapping[str, Any]
"""``listen_port``, ``fwmark`` and ``peers`` of a link."""

PROGRAM = "wg"
ASKED = ("listen-port", "fwmark", "peers", "endpoints", "allowed-ips", "persistent-keepalive")
QUESTION = (
    "! command -v wg >/dev/null 2>&1 || "
    f'(for what in {" ".join(ASKED)}; do echo "$what"; wg show all "$what" || exit; done)'
)
NONE, OFF = "(none)", "off"
ENDPOINT = re.compile(r"([0-9.]+|\[[0-9a-f:.]+\]):[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireguardPeer:
    """One peer. ``endpoint``: ``10.0.0.2:51820`` or ``[fd00::2]:51820``; ``persistent_keepalive`` in s, 0 is off."""

    public_key: str
    endpoint: str | None = None
    allowed_ips: tuple[str, ...] = ()
    persistent_keepalive: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed_ips", tuple(sorted(self.allowed_ips)))


def read(answer: Answer) -> dict[str, Values]:
    """Interface -> what ``wg`` tells of it; nothing on a node without ``wg``. Raises: Unreadable, LookupError."""
    check_status("wg show all", answer)
    said = _sections(answer.text)
    if not said:
        return {}
    ends, allowed, alive = ({tuple(row[:2]): row[2] for row in said[what]} for what in ASKED[3:])
    marks = {row[0]: row[1] for row in said["fwmark"]}
    told: dict[str, Values] = {}
    for dev, port in said["listen-port"]:
        keys = [key for owner, key in said["peers"] if owner == dev]
        peers = tuple(_peer(key, ends[dev, key], allowed[dev, key], alive[dev, key]) for key in keys)
        told[dev] = {"listen_port": int(port), "fwmark": marks[dev], "peers": peers}
    return told


def _sections(text: str) -> dict[str, list[Sequence[str]]]:
    """The question's words, each with the rows that follow it; a row has tabs, such a word has none."""
    said: dict[str, list[Sequence[str]]] = {}
    what = ""
    for line in text.splitlines():
        if "\t" in line:
            said[what].append(line.split("\t"))
        else:
            what = line
            said[what] = []
    return said


def _peer(key: str, end: str, allowed: str, alive: str) -> WireguardPeer:
    return WireguardPeer(
        public_key=key,
        endpoint=None if end == NONE else end,
        allowed_ips=() if allowed == NONE else tuple(allowed.split()),
        persistent_keepalive=0 if alive == OFF else int(alive),
    )


def endpoint(address: IpAddress, port: int) -> str:
    """A peer's end as ``wg`` prints it."""
    return f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"


def lines(dev: str, before: Values, want: Values) -> Iterator[str]:
    """Lines for ``wg``: the device, peers that go, peers that differ. An open field of ``want`` stays as it is."""
    for name, option in (("listen_port", "listen-port"), ("fwmark", "fwmark")):
        if want[name] not in (None, before.get(name)):
            yield f"set {word(dev)} {option} {word(want[name])}"
    if want["peers"] is None:
        return
    old = {peer.public_key: peer for peer in before.get("peers") or ()}
    new = {peer.public_key: peer for peer in want["peers"]}
    for key, peer in old.items():
        if key not in new or _loses(peer, new[key]):
            yield f"set {word(dev)} peer {word(key)} remove"
    for key, peer in new.items():
        if peer != old.get(key):
            yield f"set {word(dev)} peer {word(key)}{_options(peer)}"


def _loses(old: WireguardPeer, new: WireguardPeer) -> bool:
    """Whether there is no word to take away what the peer has, but to take the peer away."""
    return (old.endpoint is not None and new.endpoint is None) or (bool(old.allowed_ips) and not new.allowed_ips)


def _options(peer: WireguardPeer) -> str:
    """``wg`` reads addresses between commas as one word. Raises: ValueError for what is none."""
    end = "" if peer.endpoint is None else f" endpoint {_endpoint(peer.endpoint)}"
    allowed = ",".join(map(word, peer.allowed_ips)) or None
    return end + pairs(**{"allowed-ips": allowed, "persistent-keepalive": peer.persistent_keepalive})


def _endpoint(text: str) -> str:
    """Brackets mean something to a shell, so it is quoted on its way there, as all of the line."""
    return text if ENDPOINT.fullmatch(text) else word(text)
