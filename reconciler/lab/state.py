"""What a lab consists of, kept as ``lab.json`` in its folder so that any later command, or a clean-up, finds it."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import LabError, unknown
from .overlay import Overlay

INDEX = Path("/run/reconciler-lab")
"""One entry per lab that is up: its folder, or a link to the folder that the user chose."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network


class Record(BaseModel):
    """A part of the registry: plain data, never changed in place."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pod(Record):
    """A pod: a network namespace with an address of its node's block for each IP version."""

    name: str
    namespace: str
    addresses: tuple[Address, ...] = ()
    """Where a CNI plugin hands them out: empty until it has."""
    interface: str = ""
    """The node's end of the pod's veth: ``cali`` and eleven hex digits, or what the plugin called it."""


class Side(Record):
    """A node's side of the overlay in one IP version."""

    block: Network
    """Where its pods' addresses come from: Calico's block, or the node's pod CIDR."""
    tunnel: Address | None
    """The address of its VXLAN device, where there is one."""
    underlay: Interface | None
    """The node's address towards the other nodes, from the topology's ``exec`` lines."""

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.block.version


class Kubernetes(Record):
    """What makes a Linux host a node of a cluster; ``sides`` has one entry for each IP version, 4 before 6."""

    cluster: str
    api: bool
    """This node runs the cluster's API server."""
    sides: tuple[Side, ...]
    pods: tuple[Pod, ...]


class Member(Record):
    """A switch or a Linux host of the lab."""

    name: str
    switch: bool
    namespace: str
    address: IPv4Address
    login: str
    interfaces: tuple[str, ...]
    exec: tuple[str, ...]
    startup: str | None
    kubernetes: Kubernetes | None = None
    pid: int | None = None
    """PID 1 of a host or the switch's process, by its number on the machine; ``None`` before it has started."""
    api_pid: int | None = None

    @property
    def pods(self) -> tuple[Pod, ...]:
        return self.kubernetes.pods if self.kubernetes else ()


class Lab(Record):
    """A lab that is up, half up, or about to be."""

    name: str
    folder: Path
    made_folder: bool
    """``up`` made the folder, so ``down`` removes it."""
    management: IPv4Network
    jump: IPv4Interface
    members: tuple[Member, ...]
    links: tuple[tuple[str, str, str, str], ...]
    """Cables: node, interface, node, interface."""
    record: bool
    overlay: Overlay
    documents: bool = False
    """Its folder also has ``desired/``: the documents of this very lab."""

    @property
    def jump_namespace(self) -> str:
        return f"{self.name}-jump"

    @property
    def namespaces(self) -> list[str]:
        """Every network namespace of the lab, pods included."""
        pods = [pod.namespace for member in self.members for pod in member.pods]
        return [self.jump_namespace, *(member.namespace for member in self.members), *pods]

    @property
    def switches(self) -> list[Member]:
        return [member for member in self.members if member.switch]

    @property
    def nodes(self) -> list[Member]:
        return [member for member in self.members if not member.switch]

    @property
    def inventory(self) -> Path:
        return self.folder / "inventory"

    def home(self, member: Member) -> Path:
        """The folder of one member's own files."""
        return self.folder / "nodes" / member.name

    def member(self, name: str) -> Member:
        """The member called ``name``; raises with the nearest name."""
        for member in self.members:
            if member.name == name:
                return member
        raise unknown("node", name, ["jump", *(member.name for member in self.members)])

    def save(self) -> None:
        """Write ``lab.json`` in one step, so that a reader never sees half of it."""
        draft = self.folder / "lab.json.new"
        draft.write_text(self.model_dump_json(indent=1), encoding="utf-8")
        draft.replace(self.folder / "lab.json")


def checked_name(name: str) -> str:
    """``name`` if it can name a lab (it becomes a part of namespaces' names)."""
    if not NAME.fullmatch(name):
        raise LabError(f"{name!r} cannot name a lab: use lower-case letters, digits and dashes, at most 31.")
    return name


def find(name: str) -> Lab | None:
    """The lab called ``name``, or ``None`` when nothing says that it exists."""
    path = INDEX / checked_name(name) / "lab.json"
    try:
        return Lab.model_validate_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValidationError as error:
        raise LabError(f"{path} was not written by this version of the lab: {error.error_count()} errors.") from error


def get(name: str) -> Lab:
    """The lab called ``name``; raises when it is not up."""
    lab = find(name)
    if lab is None:
        raise LabError(f"Lab {name} is not up: `reconcile lab up --name {name}` starts it.")
    return lab
