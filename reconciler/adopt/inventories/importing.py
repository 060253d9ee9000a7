"""`reconcile import inventory`: which tool's inventory it is, and all of its devices as one of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from reconciler.adopt.adopted import Adopted, NotRead, Refused, Remark, Sources, readable, sorted_remarks
from reconciler.adopt.drafting import commented
from reconciler.adopt.inventories import ansible, nornir, topology_data
from reconciler.adopt.inventories.ansible_groups import ALL, Groups
from reconciler.adopt.inventories.ansible_ini import read_ini
from reconciler.adopt.inventories.ansible_yaml import is_inventory, is_listing, read_listing, read_yaml, untagged
from reconciler.adopt.inventories.device import Adoption
from reconciler.adopt.inventories.foreign import VAULT, Foreign
from reconciler.adopt.inventories.jump import Jump
from reconciler.adopt.inventories.platforms import MARK
from reconciler.desired.compose import Fault, compose
from reconciler.desired.documents.values import DEVICE_NAME
from reconciler.desired.style import Draft
from reconciler.desired.tree import Tree

STRUCTURED = (".yaml", ".yml", ".json")
RUN_IT = "nothing is run here: run `ansible-inventory -i FILE --list > hosts.json` yourself, and import that"
KNOWN = "expected hosts of Ansible (INI, YAML, `ansible-inventory --list`), of Nornir, or topology-data.json"
IN_COMMON = ("platform", "port", "username", "password", "key", "jump")


def inventory(sources: Sources, files: Iterable[str], name: str) -> Adopted:
    """All ``files`` together, as Ansible takes several. Raises: Refused for what is no inventory, or has to be run."""
    reading = _Reading(sources)
    for file in files:
        reading.file(file)
    return reading.done(name)


class _Reading:
    """Files of Ansible are one inventory together; those of other tools are each one of their own."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.groups = Groups()
        self.remarks: list[Remark] = []
        self.hosts: list[Foreign] = []
        self.folders: dict[str, None] = {}
        self.files: list[str] = []

    def file(self, file: str) -> None:
        """Raises: Refused."""
        text = _text(self.sources, file)
        self.files.append(file)
        if PurePosixPath(file).suffix not in STRUCTURED and not text.lstrip().startswith("{"):
            self._beside(file)
            read_ini(text, file, self.groups)
            return
        trees, faults = compose(untagged(text))
        tree = trees[0] if trees else Tree(None, 1, 1)
        if not self._structured(tree, file):
            raise Refused(_refusal(tree, file, faults))
        self.remarks += [Remark(file, fault.line, fault.what, fault.right) for fault in faults]

    def _structured(self, tree: Tree, file: str) -> bool:
        if topology_data.is_inventory(tree):
            self.hosts += topology_data.hosts(tree, file)
        elif is_listing(tree):
            read_listing(tree, file, self.groups)
        elif is_inventory(tree):
            self._beside(file)
            read_yaml(tree, file, self.groups)
        elif nornir.is_inventory(tree):
            self.hosts += nornir.hosts(tree, file, self.sources, self.remarks)
        else:
            return False
        return True

    def _beside(self, file: str) -> None:
        self.folders[str(PurePosixPath(file).parent)] = None

    def done(self, name: str) -> Adopted:
        for folder in self.folders:
            ansible.read_beside(self.sources, folder, self.groups)
        self.groups.settle(self.files[0] if self.files else "")
        by_containerlab = MARK in self.groups.groups[ALL].variables
        devices: dict[str, Any] = {}
        doubts: list[tuple[str, Jump, Remark]] = []
        for host in self._all():
            adoption = Adoption(host, by_containerlab=by_containerlab)
            device = adoption.device()
            if device is not None and host.name in devices:
                self.remarks.append(host.remark(f"a second host {host.name}", "left out"))
            elif device is not None:
                devices[host.name] = device
                doubts += [(host.name, *doubt) for doubt in adoption.doubts]
            self.remarks += adoption.remarks
        _rename_jumps(devices)
        self.remarks += _doubtful(devices, doubts)
        remarks = sorted_remarks(_together([*self.remarks, *self.groups.remarks]))
        draft = Draft("Inventory", name if DEVICE_NAME.fullmatch(name) else "imported", _spec(devices), self._comment())
        return Adopted((), (commented(draft, remarks),), remarks)

    def _all(self) -> Iterator[Foreign]:
        yield from ansible.hosts(self.groups)
        yield from self.hosts

    def _comment(self) -> str:
        return f"From {', '.join(self.files)}. Host keys are always checked: reconcile trust"


def _text(sources: Sources, file: str) -> str:
    """Raises: Refused for a program, a plugin's settings, what is encrypted as a whole or cannot be read."""
    if sources.is_folder(file):
        raise Refused(Remark(file, 1, "a folder", "name its files, in the order in which they count"))
    try:
        text = readable(sources, file)
    except NotRead as error:
        raise Refused(Remark(file, error.line, error.what, error.right)) from None
    if text.startswith("#!") or sources.is_program(file):
        raise Refused(Remark(file, 1, "a program", f"{RUN_IT} (or take its x bit away, if it is none)"))
    if text.lstrip().startswith(VAULT):
        raise Refused(Remark(file, 1, "encrypted with ansible-vault", "decrypt a copy of it, and import that"))
    return text


def _refusal(tree: Tree, file: str, faults: list[Fault]) -> Remark:
    if isinstance(tree.value, dict) and "plugin" in tree.value:
        return Remark(file, tree.keys["plugin"][0], "the settings of an inventory plugin", RUN_IT)
    if faults:
        return Remark(file, faults[0].line, faults[0].what, faults[0].right)
    return Remark(file, tree.line, "no inventory that is known here", KNOWN)


def _rename_jumps(devices: dict[str, Any]) -> None:
    """A jump host that is a device goes by its name: then its own user and port count."""
    by_host = {device["host"]: name for name, device in devices.items()}
    for name, device in devices.items():
        if "jump" in device and device["jump"] not in devices:
            device["jump"] = by_host.get(device["jump"], device["jump"])
        if device.get("jump") == name:
            del device["jump"]


def _doubtful(devices: dict[str, Any], doubts: Iterable[tuple[str, Jump, Remark]]) -> Iterator[Remark]:
    """Jumps that would not be made as they were: by another user, or to another port."""
    for name, asked, remark in doubts:
        over = devices.get(devices[name].get("jump"))
        if over is None:
            yield remark
        elif asked.user not in ("", over.get("username")) or (asked.port or "22") != str(over.get("port", 22)):
            why = f"the user and the port of the device {devices[name]['jump']} count; make them these"
            yield Remark(remark.file, remark.line, remark.what, why)


def _together(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """A line of a group is remarked once, and not for each of its hosts."""
    hosts: dict[tuple[str, int, str, str], dict[str, None]] = {}
    for one in remarks:
        what, _, host = one.what.rpartition(" of ")
        hosts.setdefault((one.file, one.line, what, one.why), {})[host] = None
    for (file, line, what, why), names in hosts.items():
        first, *more = names
        whose = f"{first} and {len(more)} more" if more else first
        yield Remark(file, line, f"{what} of {whose}" if what else whose, why)


def _spec(devices: dict[str, Any]) -> dict[str, Any]:
    """What all devices have alike stands once."""
    every = list(devices.values())
    first = every[0] if every else {}
    shared = {key: first[key] for key in IN_COMMON if key in first and all(one.get(key) == first[key] for one in every)}
    shared = shared if len(every) > 1 else {}
    left = {name: {key: value for key, value in one.items() if key not in shared} for name, one in devices.items()}
    return {"defaults": {**shared, "knownHosts": "known_hosts"}, "devices": left}
