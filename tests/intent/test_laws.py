"""Laws of the compiler: it is a function of the set of documents, and what it wants is complete in itself."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.intent.compile import World, compile_world
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route

from .vectors import documents

Document = dict[str, Any]
MODES = ("Always", "CrossSubnet", "Never")
VERSIONS = ("3.29", "3.30", "3.31", "3.32", "3.33")


@st.composite
def worlds(draw: st.DrawFn) -> list[Document]:
    """A cluster of up to five nodes in two subnets, two pools, blocks of either, some addresses on loan."""
    count = draw(st.integers(1, 5))
    names = [f"node{number}" for number in range(count)]
    subnets = [draw(st.integers(0, 1)) for _ in names]
    nodes = [
        {
            "name": name,
            "ip4": f"10.9.{subnet}.{number + 1}/24",
            "dev": "eth0",
            "vxlan4": draw(st.sampled_from([f"10.0.{number}.0", f"10.1.{number}.0", f"10.0.{(number + 1) % count}.9"])),
        }
        for number, (name, subnet) in enumerate(zip(names, subnets, strict=True))
    ]
    pools = [{"cidr": f"10.{n}.0.0/16", "block_size": 26, "vxlan": draw(st.sampled_from(MODES))} for n in (0, 1)]
    blocks = [
        {"cidr": f"10.{pool}.{number}.0/26", "node": name, "borrowed": draw(_loans(f"10.{pool}.{number}.5", names))}
        for number, name in enumerate(names)
        for pool in (0, 1)
        if draw(st.booleans())
    ]
    profile = {"cni": "calico", "version": draw(st.sampled_from(VERSIONS))}
    return list(documents({"profile": profile, "input": {"nodes": nodes, "pools": pools, "blocks": blocks}}))


def _loans(address: str, names: Sequence[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(st.builds(lambda node: {"ip": address, "node": node}, st.sampled_from(names)), max_size=1)


def read(folder: Path, files: dict[str, list[Document]]) -> Repository:
    for name, made in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as stream:
            YAML(typ="safe").dump_all(made, stream)
    return load(folder)


def compiled(files: dict[str, list[Document]]) -> World:
    with tempfile.TemporaryDirectory() as folder:
        return compile_world(read(Path(folder), files))


def essence(intent: World) -> Any:
    """All but the lines: what is wanted, what is not known, what is warned about."""
    wishes = {n: (w.desired, set(w.unknown), w.claims, w.audited, w.holds) for n, w in intent.items()}
    return wishes, {warning.what for warning in intent.warnings}, {problem.what for problem in intent.problems}


@settings(max_examples=40, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_order_and_layout_of_files_do_not_matter(world: list[Document], random: Any) -> None:
    shuffled = random.sample(world, len(world))
    names = ("a.yaml", "deep/er/b.yml", "c.yaml")
    files: dict[str, list[Document]] = {}
    for document in shuffled:
        files.setdefault(random.choice(names), []).append(document)
    assert essence(compiled({"world.yaml": world})) == essence(compiled(files))


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_every_next_hop_can_be_reached(world: list[Document]) -> None:
    """Each gateway on the tunnel has a neighbour, each neighbour a forwarding entry, each entry a node's address."""
    intent = compiled({"world.yaml": world})
    underlay = {str(ip_interface(d["spec"]["underlay"]["address"]).ip) for d in world if d["kind"] == "Node"}
    for wish in intent.values():
        rows = wish.desired.values()
        gateways = {r.gateway for r in rows if isinstance(r, Route) and r.dev == "vxlan.calico" and r.gateway}
        direct = {r.dst.partition("/")[0] for r in rows if isinstance(r, Route) and r.scope == "link"}
        entries = {r.mac: r.dst for r in rows if isinstance(r, FdbEntry)}
        macs = {r.dst: r.lladdr for r in rows if isinstance(r, Neighbour)}
        assert gateways | direct <= macs.keys()
        assert set(macs.values()) == entries.keys()
        assert set(entries.values()) <= underlay


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_nothing_stands_on_a_missing_device_or_leads_to_oneself(world: list[Document]) -> None:
    for wish in compiled({"world.yaml": world}).values():
        links = {r.ifname: r for r in wish.desired.values() if isinstance(r, Link)} | {"eth0": None}
        own = {r.local for r in wish.desired.values() if isinstance(r, Address)}
        for row in wish.desired.values():
            assert row.link is None or row.link in links
            if isinstance(row, Route) and row.gateway is not None:
                assert row.gateway not in own
                assert ip_address(row.gateway).version == 4


@settings(max_examples=20, deadline=None)
@given(worlds())
def test_one_device_alone_is_compiled_as_among_all(world: list[Document]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repository = read(Path(folder), {"world.yaml": world})
        together = compile_world(repository)
        for device, wish in together.items():
            assert compile_world(repository)[device] == wish


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_everything_wanted_is_ours(world: list[Document]) -> None:
    for wish in compiled({"world.yaml": world}).values():
        assert all(wish.owns(row) for row in wish.desired.values())
        assert not any(unknown.covers(key) for key in wish.desired for unknown in wish.unknown)
