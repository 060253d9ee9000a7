"""A packet on its way, what it carries where it is a tunnel's, and how a walk ends."""

from __future__ import annotations

from typing import Literal, NamedTuple

from reconciler.core.resource import Key

Verdict = Literal["delivered", "dropped", "unknown"]
LOCAL = "lo"
"""The interface that packets of the node's own come in by, as `ip rule … iif lo` means it."""
Used = tuple[str, Key]
"""An entry that decided something, with its device."""


ANYONE = {4: "0.0.0.0", 6: "::"}  # noqa: S104
"""The source address of who has not chosen one yet."""


class Packet(NamedTuple):
    """``mark``: the firewall mark; ``iif``: where it came in; ``oif``: the only interface that it may leave by."""

    src: str
    dst: str
    mark: int = 0
    iif: str = LOCAL
    oif: str | None = None


class Load(NamedTuple):
    """What an outer packet carries. ``sender``: the node that wrapped it.

    VXLAN: ``vni``, UDP ``port``, and ``mac``, the inner frame's destination; None: the frame asks for ``hop``, and
    whoever has that address takes it. WireGuard: ``port``.
    """

    kind: Literal["vxlan", "ipip", "wireguard"]
    sender: str
    packet: Packet
    inner: Load | None = None
    vni: int | None = None
    port: int | None = None
    mac: str | None = None
    hop: str = ""


class Outcome(NamedTuple):
    """How it ends, and why in words."""

    verdict: Verdict
    why: str

    @property
    def rank(self) -> int:
        return RANKS[self.verdict]


RANKS: dict[Verdict, int] = {"dropped": 0, "unknown": 1, "delivered": 2}


def dropped(why: str) -> Outcome:
    return Outcome("dropped", why)


def unknown(why: str) -> Outcome:
    return Outcome("unknown", why)
