"""No plan for a switch cuts our way to the devices behind it, unless somebody has said that there is another way in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core import limits
from reconciler.core.driver import Reading
from reconciler.core.plan import DevicePlan
from reconciler.engine.observe import Device
from reconciler.intent.wish import Wish
from reconciler.linux.address import Address
from reconciler.switch.path import paths
from reconciler.walk.topology import EOS, LINUX, Topology


@dataclass(frozen=True, slots=True)
class Ways:
    """How devices are reached: at their ``host`` addresses, over the ``topology``'s cables."""

    devices: Mapping[str, Device]
    topology: Topology

    def cut(self, plan: DevicePlan) -> str | None:
        """Why what ``plan`` writes to a switch would leave a device out of our reach, as far as that is known."""
        return self._cut(plan, self._hosts(plan.name))

    def victims(self, plan: DevicePlan) -> list[str]:
        """Devices that may be out of reach after ``plan``: whether they are is tried before it is confirmed."""
        if plan.platform != EOS or not self.cut(plan):
            return []
        hosts = self._hosts(plan.name)
        return [name for name, host in hosts.items() if self._cut(plan, {name: host})]

    def _cut(self, plan: DevicePlan, hosts: Mapping[str, str]) -> str | None:
        if plan.platform != EOS or plan.reading is None or not plan.written:
            return None
        cables = {near.interface: far.device for near, far in self.topology.cables.items() if near.device == plan.name}
        return limits.own_session(plan.written, {}, paths(plan.reading.found, hosts, cables))

    def _hosts(self, but: str) -> dict[str, str]:
        return {name: device.host for name, device in self.devices.items() if name != but and device.host}


def removed(wish: Wish, reading: Reading | None) -> str | None:
    """Why a document is refused that lists the addresses of an interface, and not the one that we reach the node at."""
    if reading is None:
        return None
    gone = [key for key in reading.session if key.kind == Address.kind and key not in wish.desired]
    hits = [key for key in sorted(gone) if key in reading.found and wish.owns(reading.found[key])]
    return "; ".join(f"would delete {key}: {reading.session[key]}" for key in hits) or None


def unguarded(reading: Reading | None, platform: str) -> Reading | None:
    """A node's reading without what guards our own session; a switch's own management is never changed."""
    if reading is None or platform != LINUX:
        return reading
    return dataclasses.replace(reading, session={}, way=None)
