"""Laws of the compiler: it is a function of the set of documents, and what it wants is complete in itself."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.core.codec import as_json, from_json
from reconciler.core.resource import Key
from reconciler.desired.kinds import KINDS
from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.intent.compile import World, compile_world
from reconciler.intent.wish import Wish
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route

from .strategies import Document, worlds

SOUND = worlds()
ANY = st.one_of(worlds(), worlds(gaps=True))
FEW = settings(max_examples=40, deadline=None, derandomize=True)
CABLES = {"eth0", "eth1", "lo"}


def read(folder: Path, files: dict[str, list[Document]]) -> Repository:
    for name, made in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as stream:
            YAML(typ="safe").dump_all(made, stream)
    return load(folder)


def compiled(files: dict[str, list[Document]], before: World | None = None) -> World:
    with tempfile.TemporaryDirectory() as folder:
        return compile_world(read(Path(folder) / "desired", files), before=before)


def essence(intent: World) -> Any:
    """All but the lines: what is wanted, what is not known, what is warned about."""
    wishes = {n: (w.desired, set(w.unknown), w.claims, w.audited, w.holds) for n, w in intent.items()}
    return wishes, {warning.what for warning in intent.warnings}, {problem.what for problem in intent.problems}


def told(intent: World) -> Any:
    """All that a plan shows, the lines that want each row, too."""
    return {name: (wish, [row.origin for row in wish.desired.values()]) for name, wish in intent.items()}


@FEW
@given(ANY, st.randoms(use_true_random=False))
def test_order_and_layout_of_files_do_not_matter(world: list[Document], random: Any) -> None:
    shuffled = random.sample(world, len(world))
    names = ("a.yaml", "deep/er/b.yml", "c.yaml")
    files: dict[str, list[Document]] = {}
    for document in shuffled:
        files.setdefault(random.choice(names), []).append(document)
    assert essence(compiled({"world.yaml": world})) == essence(compiled(files))


def underlay(world: list[Document]) -> dict[str, list[Any]]:
    """Each node's own addresses, with their subnets."""
    words = ("address", "address6")
    told = {d["metadata"]["name"]: d["spec"]["underlay"] for d in world if d["kind"] == "Node"}
    return {name: [ip_interface(given[word]) for word in words if word in given] for name, given in told.items()}


def routers(world: list[Document], node: str) -> set[str]:
    given: Document = next(d["spec"]["underlay"] for d in world if (d["kind"], d["metadata"]["name"]) == ("Node", node))
    return {str(ip_address(given[word])) for word in ("gateway", "gateway6") if word in given}


def ends_of(world: list[Document], *tunnels: str) -> set[str]:
    """All nodes' ends of these tunnels."""
    told = [document["spec"].get("tunnel", {}) for document in world if document["kind"] == "Node"]
    return {tunnel[name]["address"] for tunnel in told for name in tunnels if "address" in tunnel.get(name, {})}


def hops(wish: Wish) -> Iterator[tuple[str, str, bool]]:
    """Where packets are sent to: device, address, and whether it is said to be on the link."""
    for row in wish.desired.values():
        if isinstance(row, Route) and row.dev is not None and row.type == "unicast":
            if row.gateway is not None:
                yield row.dev, row.gateway, bool(row.onlink)
            elif ip_network(row.dst).num_addresses == 1:
                yield row.dev, row.dst.partition("/")[0], True


@settings(FEW, max_examples=80)
@given(SOUND)
def test_every_next_hop_can_be_reached(world: list[Document]) -> None:
    """On a VXLAN device over a neighbour; elsewhere at a node's address, or at my router's.

    Each neighbour has a forwarding entry, each entry leads to another node's address. Astray are ends of IPIP and of
    WireGuard within a VXLAN pool: Felix has routes to them as if they were VXLAN's, and no neighbours.
    """
    nodes = underlay(world)
    astray = ends_of(world, "ipip", "wireguard")
    for name, wish in compiled({"world.yaml": world}).items():
        rows = list(wish.desired.values())
        kinds = {row.ifname: row.info_kind for row in rows if isinstance(row, Link)}
        others = {str(address.ip) for node, own in nodes.items() if node != name for address in own}
        ends = {(row.dev, row.dst): row.lladdr for row in rows if isinstance(row, Neighbour)}
        for dev, address, onlink in hops(wish):
            if kinds.get(dev) == "vxlan":
                assert (dev, address) in ends or address in astray
            elif kinds.get(dev) == "ipip":
                assert address in others
            elif kinds.get(dev) != "wireguard":
                near = any(ip_address(address) in own.network for own in nodes[name])
                assert near or onlink
                assert address in others | routers(world, name)
        entries = {(row.dev, row.mac): row.dst for row in rows if isinstance(row, FdbEntry)}
        assert {(dev, mac) for (dev, _), mac in ends.items()} == entries.keys()
        assert set(entries.values()) <= others


@FEW
@given(ANY)
def test_nothing_stands_on_a_missing_device_or_leads_to_oneself(world: list[Document]) -> None:
    for wish in compiled({"world.yaml": world}).values():
        links = {r.ifname for r in wish.desired.values() if isinstance(r, Link)} | CABLES
        links |= {row.name for row in wish.unknown if row.kind == "link"}
        own = {r.local for r in wish.desired.values() if isinstance(r, Address)}
        for row in wish.desired.values():
            assert set(row.needs) <= links, row
            if isinstance(row, Route) and row.gateway is not None:
                assert row.gateway not in own
                assert ip_address(row.gateway).version == ip_network(row.dst).version


@settings(FEW, max_examples=20)
@given(ANY)
def test_one_device_alone_is_compiled_as_among_all(world: list[Document]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repository = read(Path(folder), {"world.yaml": world})
        together = told(compile_world(repository))
        for device in together:
            alone = compile_world(repository)[device]
            assert (alone, [row.origin for row in alone.desired.values()]) == together[device]


@settings(FEW, max_examples=30)
@given(st.booleans(), st.data())
def test_what_is_taken_over_is_what_would_be_compiled(calico: bool, data: st.DataObject) -> None:
    """Some documents changed, some removed, some moved within their file: nothing is kept that no longer holds."""
    old, other = (data.draw(worlds(calico=calico, gaps=data.draw(st.booleans()))) for _ in range(2))
    others = {(d["kind"], d["metadata"]["name"]): d for d in other}
    changed = [others.get((d["kind"], d["metadata"]["name"]), d) if data.draw(st.booleans()) else d for d in old]
    new = [document for document in changed if data.draw(st.integers(0, 9)) or document["kind"] == "Cluster"]
    if data.draw(st.booleans()):
        new = [*new[1:], new[0]]
    before = compiled({"world.yaml": old})
    told(before)
    assert told(compiled({"world.yaml": new}, before=before)) == told(compiled({"world.yaml": new}))


@FEW
@given(ANY)
def test_everything_wanted_is_ours(world: list[Document]) -> None:
    for wish in compiled({"world.yaml": world}).values():
        assert all(wish.owns(row) for row in wish.desired.values())
        assert not {Key(unknown.kind, unknown.name) for unknown in wish.unknown} & wish.desired.keys()


@FEW
@given(SOUND)
def test_sound_documents_leave_nothing_open(world: list[Document]) -> None:
    """But for WireGuard on a node without a key: nothing tells whether it is off there or not told."""
    intent = compiled({"world.yaml": world})
    missing = {(name, row.missing) for name, wish in intent.items() for row in wish.unknown}
    assert missing <= {(name, f"WireGuard public key of {name}") for name in intent}
    assert intent.problems == ()


@FEW
@given(ANY)
def test_json_and_back(world: list[Document]) -> None:
    for wish in compiled({"world.yaml": world}).values():
        for row in wish.desired.values():
            assert from_json(json.loads(json.dumps(as_json(row))), KINDS) == row
