"""Host keys as devices present them, against those on record."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reconciler.core.driver import Unreachable
from reconciler.desired.inventory import Inventory
from reconciler.desired.secret import SecretMissing
from reconciler.engine.observe import side_by_side
from reconciler.engine.reach import host_settings
from reconciler.transport.jumps import Jumps
from reconciler.transport.ssh import fetch_host_key

if TYPE_CHECKING:
    from reconciler.transport.connect import HostKey

State = Literal["new", "known", "changed", "unreachable"]


@dataclass(frozen=True, slots=True)
class Presented:
    """One device's host key. ``line`` is what a known_hosts file keeps; ``reason`` says why it is not trusted."""

    device: str
    state: State
    known_hosts: Path
    fingerprint: str = ""
    line: str = ""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.device}: {self.state}: {'; '.join(filter(None, (self.fingerprint, self.reason)))}"

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
        key = await fetch_host_key(host_settings(name, inventory), jumps)
    except (Unreachable, SecretMissing) as error:
        return Presented(name, "unreachable", known_hosts, reason=str(error))
    seen = Presented(name, "new", known_hosts, f"{key.algorithm} {key.fingerprint}", key.line)
    if key.trusted:
        return dataclasses.replace(seen, state="known")
    return dataclasses.replace(seen, state="changed", reason=_changed(key, known_hosts)) if key.recorded else seen


def _changed(key: HostKey, known_hosts: Path) -> str:
    """What a person may do about a host that is on record with another key of the same kind."""
    host = shlex.quote(key.line.split()[0])
    remove = f"ssh-keygen -R {host} -f {shlex.quote(str(known_hosts))}"
    return f"on record is {', '.join(sorted(key.recorded))}; find out why, then `{remove}` and trust again"
