"""All devices at once: their own documents, the clusters that explain most of their rows, and the rest as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile

from reconciler.adopt.live.choice import chosen, with_facts
from reconciler.adopt.live.fabric import Fabric, Proposal, carriers
from reconciler.adopt.live.foreign import Foreign, management_networks, management_of
from reconciler.adopt.live.node import add_rows, by_hand, left_out, node_sketch
from reconciler.adopt.live.seen import Seen, sane
from reconciler.adopt.live.settling import Left, Settling
from reconciler.adopt.live.sketch import Sketch
from reconciler.adopt.live.trial import Trial
from reconciler.adopt.switch import switch_spec
from reconciler.core.resource import Resource
from reconciler.core.words import plural
from reconciler.desired.documents.values import DEVICE_NAME
from reconciler.desired.inventory import Inventory
from reconciler.desired.style import Draft
from reconciler.intent.wish import Owns, Wish


@dataclass(frozen=True, slots=True)
class Imported:
    """``documents``: they want exactly what was seen. ``left``: what they cannot say; ``unknown``: what is unclear."""

    documents: tuple[Draft, ...]
    left: tuple[Left, ...] = ()
    unknown: tuple[Left, ...] = ()


def adopt(devices: Sequence[Seen], inventory: Inventory | None = None, cluster: str = "") -> Imported:
    """Documents for these devices. ``cluster``: the name of the one that is found, if one is."""
    left = [Left(repr(d.name), "all of it", "no name for a device") for d in devices if not _is_named(d)]
    named: list[Seen] = []
    for device, odd in (sane(device) for device in devices if _is_named(device)):
        named.append(device)
        left += [Left(device.name, str(row.key), "makes no sense") for row in odd]
    owns = {device.name: device.owns for device in named}
    switches = [_switch(device, left) for device in named if device.is_switch and not device.absent]
    nodes = [device for device in named if not device.is_switch]
    written = _nodes(
        nodes, management_networks(named), owns, cluster or cluster_name(node.name for node in nodes), left
    )
    read = {device.name: device for device in named if not device.absent}
    settling = Settling(read, [*switches, *written], owns, inventory, left)
    settling.settle()
    settling.remark()
    unknown = tuple(sorted(set(settling.unknown())))
    drafts = tuple(sketch.draft() for sketch in settling.sketches)
    return Imported(drafts, tuple(sorted({*settling.left, *settling.ignored})), unknown)


def _is_named(device: Seen) -> bool:
    return DEVICE_NAME.fullmatch(device.name) is not None


def cluster_name(nodes: Iterable[str]) -> str:
    """What the nodes' names have in common, up to a sign: ``k01`` of ``k01-worker`` and ``k01-worker2``."""
    names = list(nodes)
    common = "".join(letters[0] for letters in takewhile(lambda some: len(set(some)) == 1, zip(*names, strict=False)))
    whole = common.rpartition("-")[0] if len(names) > 1 else common.partition("-")[0]
    name = whole.strip("-._")
    return name if DEVICE_NAME.fullmatch(name) else "cluster"


def _switch(device: Seen, left: list[Left]) -> Sketch:
    """VLANs that the inventory gives to others are not declared, nor SVIs in them, nor ports without a word."""
    spec, unsaid = switch_spec(device.reading.found)
    left += [Left(device.name, str(one.key), f"{one.what}: {one.why}") for one in unsaid]
    owned, vlans = device.owns.vlans, spec.get("vlans", {})
    foreign = [vlan for vlan in vlans if owned is not None and vlan not in owned]
    left += [Left(device.name, f"vlan {vlan}", "outside the inventory's owns.vlans") for vlan in foreign]
    spec["vlans"] = {vlan: said for vlan, said in vlans.items() if vlan not in foreign}
    lost = [vlan for vlan in spec.get("svis", {}) if vlan not in spec["vlans"] and vlan != 1]
    left += [Left(device.name, f"svi Vlan{vlan}", "its VLAN is not declared") for vlan in lost]
    spec["svis"] = {vlan: said for vlan, said in spec.get("svis", {}).items() if vlan not in lost}
    ports = spec.get("interfaces", {})
    spec["interfaces"] = {name: said for name, said in ports.items() if said}
    silent = len(ports) - len(spec["interfaces"])
    lines = [f"Left out: {plural(silent, 'port')} at EOS's defaults."] if silent else []
    return Sketch("Switch", device.name, {name: said for name, said in spec.items() if said not in ({}, [])}, lines)


def _nodes(
    nodes: Sequence[Seen], management: Collection[str], owns: Mapping[str, Owns], name: str, left: list[Left]
) -> list[Sketch]:
    """Each node's document, first with every row that may be by hand, so that guesses know the routes out."""
    foreign = {
        node.name: Foreign(management_of(node, management, carriers(node)), node.owns.excepted) for node in nodes
    }
    bare = {node.name: node_sketch(node, foreign[node.name]) for node in nodes}
    full = {node.name: node_sketch(node, foreign[node.name]) for node in nodes}
    for node in nodes:
        add_rows(full[node.name], by_hand(node, foreign[node.name]))
    Settling({}, [*bare.values()], left=left).fit()
    Settling({}, [*full.values()]).fit()
    clusters = chosen(Fabric(nodes, full, name), owns)
    made = {sketch.name: sketch for sketch in _with_clusters(bare.values(), clusters)}
    others = list(chain.from_iterable([one.cluster, *one.others] for one in clusters))
    world = Trial([*made.values(), *others], owns).world
    for node in nodes:
        _finish(made[node.name], node, foreign[node.name], world.get(node.name, Wish(node.name, {})))
    return [*(sketch for sketch in made.values() if sketch.spec), *others]


def _with_clusters(sketches: Iterable[Sketch], clusters: Iterable[Proposal]) -> Iterator[Sketch]:
    known = {sketch.name: sketch for sketch in sketches}
    for one in clusters:
        known = {sketch.name: sketch for sketch in with_facts(known, one)}
    yield from known.values()


def _finish(sketch: Sketch, node: Seen, foreign: Foreign, wish: Wish) -> None:
    """What the clusters do not want, or may want, and somebody has written; and how much is left out."""
    if node.absent:
        sketch.lines.append("It could not be read: this is what the others know of it.")
        return
    found = node.reading.found
    known = {key for key in found if key in wish.desired or any(row.covers(key) for row in wish.unknown)}
    rows = add_rows(sketch, by_hand(node, foreign, known))
    settled = {key for key, row in found.items() if wish.owns(row)}
    said = [left_out(node, foreign, known | settled), _counted(rows)]
    if any(said):
        sketch.lines.append(f"Entries left out: {', '.join(filter(None, said))}.")


def _counted(rows: Iterable[Resource]) -> str:
    counted = Counter(row.kind for row in rows)
    return ", ".join(f"{count} of kind {kind} that no line can say" for kind, count in sorted(counted.items()))
