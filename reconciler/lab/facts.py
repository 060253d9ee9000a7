"""What a CNI makes up about itself and its nodes: versions, backends, MACs."""

from __future__ import annotations

import hashlib

from .overlay import Overlay


def calico_version(overlay: Overlay) -> str:
    """The seed's release; without encapsulation the first with ``EnabledNoEncapOnly``, for Felix or for BIRD."""
    return "v3.30.3" if overlay.what.tunnelled else "v3.33.0"


def flannel_backend(overlay: Overlay) -> str:
    """The backend's ``Type``."""
    return overlay.mode.partition("-")[0] if overlay.what.tunnelled else overlay.mode


def vtep_mac(overlay: Overlay, node: str, version: int) -> str:
    """The MAC of a node's VXLAN device; empty without one.

    Calico derives it from the node's name: ``f`` and five bytes of a SHA-1 (felix/calc/vxlan_resolver.go). Flannel
    draws a locally administered one; here it is drawn by the name, so that a lab is the same every time.
    """
    if not overlay.what.tunnelled:
        return ""
    name = node if version == 4 else f"{node}-v6"
    if overlay.cni == "calico":
        return (b"f" + hashlib.sha1(name.encode(), usedforsecurity=False).digest()[:5]).hex(":")
    drawn = hashlib.sha256(f"flannel {name}".encode()).digest()[:6]
    return bytes([drawn[0] & 0xFC | 0x02, *drawn[1:]]).hex(":")
