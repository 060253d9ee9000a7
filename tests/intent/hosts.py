"""Nodes of the overlay reference's cases as network namespaces: their interfaces, then one cycle of the product."""

from __future__ import annotations

import dataclasses
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.core.plan import DevicePlan
from reconciler.core.resource import Key, Resource, State, Unknown
from reconciler.engine.observe import Sight
from reconciler.engine.plan import plan_device
from reconciler.engine.restrain import Leave, restrain
from reconciler.intent.wish import Wish
from reconciler.linux.link import Link
from tests.engine.fakes import unreached
from tests.linux.node import DRIVER, Node

from .vectors import Record

LACKING = frozenset({"ipip", "wireguard"})
"""Kinds of interfaces without a module in the kernels that we test on: a veth of the same name stands in for them."""
SETTINGS = """
cd /proc/sys/net/ipv6/conf/default
printf 0 > accept_dad
printf 1 > addr_gen_mode
"""
"""Addresses of IPv6 are there at once, and the kernel makes none by itself, a moment later, on the cables."""
AS_EVER = "printf 0 > /proc/sys/net/ipv6/conf/default/addr_gen_mode"


class Host(Node):
    """A namespace that is planned and reconciled as the product does it."""

    def plan(self, wish: Wish) -> DevicePlan:
        """What the product would do here."""
        plan = plan_device(wish, Sight(wish.device, self.reading()), unreached(DRIVER))
        return restrain(plan, wish.holds, leave=Leave(approved=True))

    def cycle(self, wish: Wish) -> DevicePlan:
        """Plan, and send the plan's script, once."""
        plan = self.plan(wish)
        assert plan.status == "ok", plan.reason
        failures = self.send(plan.script)
        assert failures == [], failures
        return plan

    def ours(self, wish: Wish) -> dict[Key, Resource]:
        """What the node has and the product counts as its own."""
        return {key: row for key, row in self.reading().found.items() if wish.owns(row)}

    def printed(self, command: str) -> list[str]:
        """What a person sees, without interface indexes."""
        lines = self.must(command.partition(" | ")[0]).splitlines()
        return [re.sub(r"^\d+: ", "N: ", line.rstrip()) for line in lines]


@contextmanager
def host(node: Record, settings: str = "") -> Iterator[Host]:
    """A namespace with the cables of ``node``, an entry of a case's input; ``settings``: what else is there."""
    name = f"rclh-{secrets.token_hex(4)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        made = Host(name)
        made.must("\n".join([SETTINGS, *_cables(node), *addresses(node), AS_EVER, settings]))
        yield made
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def _cables(node: Record) -> Iterator[str]:
    yield "ip link set lo up"
    for ifname, mtu in node["ifaces"].items():
        yield f"ip link add {ifname} mtu {mtu} type veth peer name far-{ifname} mtu {mtu}"
        yield f"ip link set {ifname} up; ip link set far-{ifname} up"


def addresses(node: Record) -> Iterator[str]:
    """The node's own addresses, on the interface that the overlay leaves by."""
    for word, more in (("ip4", ""), ("ip6", " nodad")):
        if node.get(word):
            yield f"ip address replace {node[word]} dev {node['dev']}{more}"


def stand_ins(wish: Wish, *names: str) -> Iterator[str]:
    """Commands for the interfaces that the wish is about and this kernel cannot make; ``names`` of more of them."""
    for ifname in (*(link.ifname for link in _lacking(wish.desired)), *names):
        yield f"ip link add {ifname} type veth peer name far-{ifname[:11]}; ip link set far-{ifname[:11]} up"
        yield f"ip link set {ifname} up"


def without_lacking(wish: Wish) -> Wish:
    """The wish for all but the interfaces that this kernel cannot make: of them nothing is known."""
    gone = {link.key for link in _lacking(wish.desired)}
    unknown = tuple(Unknown(key.kind, key.name, "no such module here") for key in gone)
    kept = {key: row for key, row in wish.desired.items() if key not in gone}
    return dataclasses.replace(wish, desired=kept, unknown=(*wish.unknown, *unknown))


def _lacking(rows: State) -> Iterator[Link]:
    return (row for row in rows.values() if isinstance(row, Link) and row.info_kind in LACKING)


def node_of(world: Record, name: str) -> dict[str, Any]:
    """A node's entry in a case's input."""
    return next(dict(node) for node in world["nodes"] if node["name"] == name)
