"""The inventory: which devices there are and how each is reached, from one file or a folder of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from reconciler.desired import files, recognise
from reconciler.desired.check.order import misorders
from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault, compose
from reconciler.desired.device import Defaults, Device, InventoryShape, InventorySpec
from reconciler.desired.documents import OWN_API
from reconciler.desired.documents.metadata import Envelope
from reconciler.desired.invalid import empties, faults, merged, validated
from reconciler.desired.problem import Problem
from reconciler.desired.tree import Tree

KIND = "Inventory"
MISSING = "name one with --inventory or RECONCILE_INVENTORY, or work within `reconcile lab shell`, which sets it"


@dataclass(frozen=True)
class Inventory:
    """Devices by name; ``origins``: the file and line of each; ``problems`` are sorted.

    ``whole``: every device is in ``origins``, also one that is wrong in itself; else none can be said to be missing.
    """

    path: Path
    devices: Mapping[str, Device] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    whole: bool = True


class _Entry(NamedTuple):
    """One device as it is written, its defaults merged in."""

    name: str
    tree: Tree
    place: tuple[int, int]


def load_inventory(path: Path) -> Inventory:
    """All devices of the Inventory documents in a file or a folder; nothing raises, and no secret is read."""
    reading = _Reading(path)
    if path.is_file():
        reading.file(path.parent, path.name)
    elif path.is_dir():
        for name in files.names(path):
            reading.file(path, name)
    else:
        reading.whole = False
        reading.problems.append(Problem(str(path), 1, 1, Code.NO_SUCH_PLACE, "no such inventory", MISSING))
    reading.check_jumps()
    reading.check_order()
    problems = tuple(sorted(set(reading.problems)))
    origins = {name: _line(at) for name, at in reading.places.items()}
    return Inventory(path, reading.devices, origins, problems, reading.whole)


def _line(at: tuple[str, int, int]) -> str:
    return f"{at[0]}:{at[1]}"


class _Reading:
    """What has been read so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.devices: dict[str, Device] = {}
        self.places: dict[str, tuple[str, int, int]] = {}
        self.problems: list[Problem] = []
        self.whole = True

    def lack(self, file: str, found: list[Fault]) -> None:
        """Complain of what may hide devices."""
        self.whole &= not found
        self.complain(file, found)

    def complain(self, file: str, found: list[Fault]) -> None:
        base = files.shown((self.path.parent if self.path.is_file() else self.path).name)
        where = "/".join(part for part in (base, file) if part)
        self.problems += [Problem(where, *fault) for fault in found]

    def file(self, folder: Path, name: str) -> None:
        file = files.shown(name)
        try:
            trees, found = compose(files.decode(files.read(folder, name)))
        except files.Unfit as error:
            trees, found = [], [error.fault]
        self.lack(file, found)
        for tree in trees:
            self._document(tree, file, (folder / name).absolute().parent)

    def _document(self, tree: Tree, file: str, base: Path) -> None:
        if tree.value is None:
            return
        what = recognise.head(tree)
        if fault := recognise.misfit(tree, what):
            self.lack(file, [fault])
        elif what.api == OWN_API and what.kind == KIND:
            spec, found = _outline(tree)
            self.lack(file, found)
            for entry in _entries(spec):
                self._device(entry, file, base)
            self.complain(file, _shared_faults(spec, base))

    def _device(self, entry: _Entry, file: str, base: Path) -> None:
        first = self.places.setdefault(entry.name, (file, *entry.place))
        if first != (file, *entry.place):
            what = f"duplicate device {entry.name} (first in {_line(first)})"
            self.complain(file, [Fault(*entry.place, Code.DUPLICATE_DEVICE, what, "remove or rename one")])
            return
        device, found = validated(Device, entry.tree.plain(), entry.tree, {"base": base})
        self.complain(file, found)
        if device is not None:
            self.devices[entry.name] = device

    def check_jumps(self) -> None:
        """Whoever jumps over itself never arrives."""
        for loop in _jump_loops(self.devices):
            for place, name in enumerate(loop):
                file, line, col = self.places[name]
                way = " → ".join([*loop[place:], *loop[: place + 1]])
                what = f"the jump hosts of {name} form a loop ({way})"
                self.complain(file, [Fault(line, col, Code.JUMP_LOOP, what, "remove one of the jumps")])

    def check_order(self) -> None:
        """What is said of devices that come before others has to make sense for all together."""
        if not self.whole:
            return
        for device, code, what, right in misorders(self.devices, self.places):
            file, line, col = self.places[device]
            self.complain(file, [Fault(line, col, code, what, right)])


def _jump_loops(devices: Mapping[str, Device]) -> Iterator[list[str]]:
    """The circles that jumps lead in, each once; no device is looked at twice."""
    seen: set[str] = set()
    for name in devices:
        way: dict[str, int] = {}
        hop: str | None = name
        while hop is not None and hop in devices and hop not in seen:
            seen.add(hop)
            way[hop] = len(way)
            hop = devices[hop].jump
        if hop in way:
            yield list(way)[way[hop] :]


def _outline(tree: Tree) -> tuple[Tree, list[Fault]]:
    """The spec of an Inventory document, and what is wrong with the document around its devices."""
    data = tree.plain()
    found = merged(validated(Envelope, data, tree)[1], empties(tree, Envelope, InventoryShape))
    spec = tree.child("spec")
    if spec is None or not isinstance(spec.value, dict):
        return Tree({}, tree.line, tree.col), found
    return spec, found + _refused(spec)


def _refused(spec: Tree) -> list[Fault]:
    """What is wrong around the devices; in the words of the shape, which knows more of the fields."""
    try:
        InventorySpec.model_validate(spec.plain())
    except ValidationError as error:
        return list(faults(error, InventoryShape, spec))
    return []


def _entries(spec: Tree) -> Iterator[_Entry]:
    devices, defaults = spec.child("devices"), spec.child("defaults")
    if devices is None or not isinstance(devices.value, dict):
        return
    for name, tree in devices.value.items():
        if isinstance(tree.value, dict):
            yield _Entry(name, _merged(tree, defaults), devices.keys[name])


def _merged(device: Tree, defaults: Tree | None) -> Tree:
    """The device's own settings over the defaults; each keeps its place."""
    shared = defaults if defaults is not None and isinstance(defaults.value, dict) else Tree({}, 1, 1)
    merged = Tree({**shared.value, **device.value}, device.line, device.col)
    merged.keys = {**shared.keys, **device.keys}
    return merged


def _shared_faults(spec: Tree, base: Path) -> list[Fault]:
    """What is wrong with the defaults, whether a device uses them or not."""
    defaults = spec.child("defaults")
    if defaults is None or not isinstance(defaults.value, dict):
        return []
    return validated(Defaults, defaults.plain(), defaults, {"base": base})[1]
