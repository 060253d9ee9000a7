"""WireGuard's part of an interface: asked of ``wg``, since ``ip`` tells nothing of it, and written by ``wg set``.

No private and no preshared key is ever read or written: ``wg show … dump`` prints them, so nothing here asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WireguardPeer:
    """One peer. ``endpoint``: ``10.0.0.2:51820`` or ``[fd00::2]:51820``; ``persistent_keepalive`` in s, 0 is off."""

    public_key: str
    endpoint: str | None = None
    allowed_ips: tuple[str, ...] = ()
    persistent_keepalive: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed_ips", tuple(sorted(self.allowed_ips)))
