"""Makes the kernel look as `dataplane` wants it: one ``ip -batch`` with nothing but the differences."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import names
from .config import Config
from .dataplane import Kernel, Link, wanted

BRIDGE = "type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
SETTINGS = {
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    "ipv4/conf/all/arp_ignore": "1",
    "ipv4/conf/all/arp_announce": "2",
    "ipv4/conf/all/promote_secondaries": "1",
    "ipv4/conf/all/ignore_routes_with_linkdown": "1",
}
"""An SVI answers for its own address only; secondary addresses outlive their primary; and a route over a VLAN without
ports makes room for the next best."""


class DataPlane:
    """The namespace that we are in. Whoever starts it resets what an earlier process left there."""

    def __init__(self, hostname: str) -> None:
        self._applied = Kernel()
        self._mac = "00:1c:73:" + hashlib.sha256(hostname.encode()).digest()[:3].hex(":")

    @property
    def mac(self) -> str:
        """One address for all SVIs, as on EOS: it does not change with the ports of a bridge."""
        return self._mac

    def reset(self, devices: Iterable[str]) -> None:
        """As after a reboot: no bridges of ours, no static routes, ports without addresses."""
        for path, value in SETTINGS.items():
            Path("/proc/sys/net", path).write_text(value, encoding="ascii")
        listed = subprocess.run(["ip", "-o", "link", "show", "type", "bridge"], capture_output=True, text=True).stdout
        bridges = [line.split(": ")[1] for line in listed.splitlines()]
        lines = [f"link del {name}" for name in bridges if name.startswith("vlan")]
        lines += [f"address flush dev {device}" for device in devices if device != "eth0"]
        _batch([*lines, "route flush proto static"])
        subprocess.run(["ip", "-6", "route", "flush", "proto", "static"], capture_output=True)

    def apply(self, config: Config, ports: Iterable[str]) -> None:
        """Bring the kernel to ``config``; errors of single lines are the kernel's word on what cannot be yet."""
        devices = [device for port in ports if (device := names.device(port))]
        target = wanted(config, devices)
        if target == self._applied:
            return
        for version, old, new in (
            ("ipv4/ip_forward", self._applied.forward4, target.forward4),
            ("ipv6/conf/all/forwarding", self._applied.forward6, target.forward6),
        ):
            if old != new or self._applied == Kernel():
                Path("/proc/sys/net", version).write_text(str(int(new)), encoding="ascii")
        _batch(list(_lines(self._applied, target, self._mac)))
        self._applied = target


def _lines(old: Kernel, new: Kernel, mac: str) -> Iterator[str]:
    """Routes last, and all of them whenever a link changed: the kernel drops them with their links."""
    yield from (f"link del {name}" for name in old.bridges if name not in new.bridges)
    for name, link in new.bridges.items():
        if name not in old.bridges:
            yield f"link add {name} address {mac} mtu {link.mtu} {BRIDGE}"
            yield f"link set {name} addrgenmode none up"
        yield from _link(name, old.bridges.get(name, Link(mtu=link.mtu)), link)
    for name, link in new.ports.items():
        known = old.ports.get(name)
        if known is None and name != "lo":
            yield f"link set {name} addrgenmode none"
        yield from _link(name, known or Link(up=not link.up, mtu=0, master=""), link)
    yield from (f"route del {identity}" for identity in old.routes if identity not in new.routes)
    same = (old.bridges, old.ports) == (new.bridges, new.ports)
    yield from (f"route replace {w}" for i, w in new.routes.items() if not same or old.routes.get(i) != w)


def _link(name: str, old: Link, new: Link) -> Iterator[str]:
    """A port leaves one bridge by entering the next; addresses come after the link is up."""
    if new.mtu != old.mtu and name != "lo":
        yield f"link set {name} mtu {new.mtu}"
    if new.master != old.master and name != "lo":
        yield f"link set {name} master {new.master}" if new.master else f"link set {name} nomaster"
    if new.up != old.up:
        yield f"link set {name} {'up' if new.up else 'down'}"
    yield from (f"address del {address} dev {name}" for address in sorted(old.addresses - new.addresses))
    yield from (_address(name, address) for address in sorted(new.addresses - old.addresses))
    if new.up != old.up and new.up:
        yield from (_address(name, address) for address in sorted(new.addresses & old.addresses))


def _address(name: str, address: str) -> str:
    return f"address replace {address} dev {name}" + (" nodad" if ":" in address else "")


def _batch(lines: list[str]) -> None:
    if lines:
        subprocess.run(["ip", "-force", "-batch", "-"], input="\n".join(lines), text=True, capture_output=True)
