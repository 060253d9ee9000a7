"""How the devices of a topology are reached: nodes through docker on the host of the lab, switches by SSH."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from reconciler.adopt.adopted import Remark
from reconciler.adopt.containerlab.topology import Lab, Member
from reconciler.desired.device import HOST, USER
from reconciler.desired.documents.values import DEVICE_NAME
from reconciler.desired.style import Draft

PASSWORD = "CEOS_PASSWORD"  # noqa: S105 - the name of a variable
DEFAULT_USER = "admin"
ADDRESSES = ("mgmt-ipv4", "mgmt_ipv4", "mgmt-ipv6", "mgmt_ipv6")
RUNTIMES = ("docker", "podman")
MADE_LATER = "containerlab gives it an address at deploy, and this name in /etc/hosts of its host"


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that the containers run on, as it is reached by SSH; ``key``: a path relative to the inventory."""

    host: str = "localhost"
    username: str = "root"
    key: str = "id_ed25519"


def inventory_draft(lab: Lab, containers: Mapping[str, str], host: Host) -> tuple[Draft, list[Remark]]:
    """``containers``: of the nodes, by the node's name."""
    remarks: list[Remark] = []
    devices: dict[str, Any] = {}
    notes: dict[tuple[str | int, ...], str] = {}
    for member in lab.members.values():
        if member.is_switch:
            devices[member.name] = _switch(member, lab.file, remarks)
            if devices[member.name]["host"] == member.container:
                notes["devices", member.name] = MADE_LATER
    runtime = _runtime(lab.members.values())
    for name, container in containers.items():
        devices[name] = _node(container, runtime, host)
    spec = {"defaults": {"knownHosts": "known_hosts"}, "devices": devices}
    return Draft("Inventory", _named(lab.name), spec, _comment(lab, devices), notes), remarks


def _comment(lab: Lab, devices: Mapping[str, Any]) -> str:
    """What to do before the first run."""
    lines = [f"The devices of {lab.file}. Nothing beyond the documents is removed: see `owns`."]
    if any("password" in device for device in devices.values()):
        lines.append(f"Set {PASSWORD} (cEOS in containerlab: admin, unless somebody changed it), then: reconcile trust")
    return "\n".join(lines)


def _named(lab: str) -> str:
    return lab if DEVICE_NAME.fullmatch(lab) else "lab"


def _switch(member: Member, file: str, remarks: list[Remark]) -> dict[str, Any]:
    host = next(filter(None, map(member.text, ADDRESSES)), member.container)
    if not HOST.fullmatch(host) or not _is_plain(host):
        remarks.append(Remark(file, member.line, f"the address of {member.name}", "not a host; the container's name"))
        host = member.container
    user = member.text("username") or DEFAULT_USER
    user = user if USER.fullmatch(user) and user.isprintable() else DEFAULT_USER
    return {"platform": "arista_eos", "host": host, "username": user, "password": {"env": PASSWORD}}


def _is_plain(host: str) -> bool:
    """Digits and dots are an address, or a slip of the pen."""
    try:
        ip_address(host)
    except ValueError:
        return not set(host) <= set("0123456789.:")
    return True


def _node(container: str, runtime: str, host: Host) -> dict[str, Any]:
    """kind's nodes have no sshd: who is on their host enters the container."""
    enter = shlex.join([runtime, "exec", "-i", container, "sh"])
    return {"platform": "linux", "host": host.host, "username": host.username, "key": host.key, "shell": enter}


def _runtime(members: Iterable[Member]) -> str:
    named = {member.text("runtime") for member in members} & set(RUNTIMES)
    return "podman" if named == {"podman"} else RUNTIMES[0]
