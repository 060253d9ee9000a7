"""The seed's world as its documents want it, with a pod on each node."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reconciler.core.resource import Key, Resource, State
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world
from reconciler.intent.topology import topology_of
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from reconciler.walk.flow import Flow, flows
from reconciler.walk.topology import Topology
from reconciler.walk.walk import walk

PODS = {
    "k01-control-plane": "192.168.23.65",
    "k01-worker": "192.168.81.65",
    "k01-worker2": "192.168.164.129",
    "k01-worker3": "192.168.209.65",
}
LINKS = [Link(ifname="lo", up=True), Link(ifname="eth1", up=True), Link(ifname="calib0b", info_kind="veth", up=True)]
World = Mapping[str, State]


@cache
def seed() -> tuple[World, Topology]:
    repository = load(Path(__file__).parents[2] / "desired")
    intent = compile_world(repository)
    world = {name: dict(intent[name].desired) for name in intent}
    for name, pod in PODS.items():
        route = Route(dst=f"{pod}/32", dev="calib0b", protocol=3, scope="link")
        world[name] |= {one.key: one for one in (*LINKS, route)}
    return world, topology_of(repository)


def key(device: str, kind: str, name: str) -> Resource:
    """The one entry of a kind whose name begins so."""
    found = [one for at, one in seed()[0][device].items() if at.kind == kind and at.name.startswith(name)]
    assert len(found) == 1, found
    return found[0]


def without(device: str, kind: str, name: str) -> World:
    world, gone = seed()[0], key(device, kind, name).key
    return {**world, device: {at: one for at, one in world[device].items() if at != gone}}


def changed(device: str, kind: str, name: str, **fields: Any) -> World:
    world, old = seed()[0], key(device, kind, name)
    new: Resource = dataclasses.replace(old, **fields)
    rest: dict[Key, Resource] = {at: one for at, one in world[device].items() if at != old.key}
    return {**world, device: {**rest, new.key: new}}


def adding(device: str, *more: Resource, world: World | None = None) -> World:
    world = seed()[0] if world is None else world
    return {**world, device: {**world[device], **{one.key: one for one in more}}}


def pods() -> list[Flow]:
    """The flows from pod to pod: twelve."""
    world, topology = seed()
    return [flow for flow in flows(world, world, topology) if flow.dst in PODS.values()]


def lost(world: World) -> dict[tuple[str, str], str]:
    """Pairs whose pods no longer reach one another, and why."""
    walked = {flow.pair: walk(world, seed()[1], flow) for flow in pods()}
    return {pair: found.why for pair, found in walked.items() if found.verdict != "delivered"}
