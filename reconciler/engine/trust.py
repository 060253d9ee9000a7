"""Host keys as devices present them, against those on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reconciler.core.driver import Unreachable
from reconciler.desired.inventory import Inventory
from reconciler.desired.secret import SecretMissing
from reconciler.engine.observe import side_by_side
from reconciler.engine.reach import node_settings
from reconciler.transport.jumps import Jumps
from reconciler.transport.ssh import fetch_host_key

State = Literal["new", "known", "changed", "unreachable"]


@dataclass(frozen=True, slots=True)
class Presented:
    """One device's host key. ``line`` is what a known_hosts file keeps; ``reason`` says why there is no key."""

    device: str
    state: State
    known_hosts: Path
    fingerprint: str = ""
    line: str = ""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.device}: {self.state}: {self.fingerprint or self.reason}"

    def as_json(self) -> dict[str, str]:
        found = {"name": self.device, "state": self.state, "fingerprint": self.fingerprint, "reason": self.reason}
        return {name: value for name, value in found.items() if value}


async def presented(inventory: Inventory, targeted: Callable[[str], bool]) -> list[Presented]:
    """The host keys of all targeted devices, asked side by side; nobody logs in to a device."""
    jumps = Jumps()
    try:
        names = [name for name in sorted(inventory.devices) if targeted(name)]
        return await side_by_side(_one(name, inventory, jumps) for name in names)
    finally:
        jumps.close()


async def _one(name: str, inventory: Inventory, jumps: Jumps) -> Presented:
    known_hosts = inventory.devices[name].known_hosts
    try:
        key = await fetch_host_key(node_settings(name, inventory), jumps)
    except (Unreachable, SecretMissing) as error:
        return Presented(name, "unreachable", known_hosts, reason=str(error))
    fingerprint = f"{key.algorithm} {key.fingerprint}"
    return Presented(name, _state(known_hosts, key.line), known_hosts, fingerprint, key.line)


def _state(known_hosts: Path, line: str) -> State:
    """``changed``: the host is on record with another key of the same kind."""
    host, algorithm, key = line.split()
    recorded = known_hosts.read_text(encoding="utf-8").splitlines() if known_hosts.exists() else []
    mine = [words for words in map(str.split, recorded) if len(words) >= 3 and host in words[0].split(",")]
    if any(words[1:3] == [algorithm, key] for words in mine):
        return "known"
    return "changed" if any(words[1] == algorithm for words in mine) else "new"
