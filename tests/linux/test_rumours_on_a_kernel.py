"""The law of rumours on a real kernel: a reading that shows all that was heard is what the node has."""

from __future__ import annotations

import dataclasses
import random
import secrets
import subprocess
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from reconciler.core.driver import Reading
from reconciler.core.resource import Resource, State, state_of
from reconciler.linux.address import Address
from reconciler.linux.claim import devices_of
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from reconciler.linux.rumour import LinuxRumours

from .node import Node
from .watching import Watch, entering, watched

pytestmark = pytest.mark.kernel

VTEP = "ip link add vxlan.calico address 66:fb:ad:98:aa:13 mtu 1450 type vxlan id 4096 dstport 4789 local 10.10.10.11"
DOINGS = (
    "ip route {verb} 192.168.{n}.0/26 via 10.10.10.{m} proto {owner}",
    "ip route {verb} 192.168.{n}.0/26 via 10.10.10.{m} proto {owner} src 10.10.11.{m} mtu 1{n}00 advmss 1300",
    "ip route del 192.168.{n}.0/26",
    "ip route {verb} 192.168.{n}.0/26 proto 142 nexthop via 10.10.10.{m} nexthop via 10.10.10.7 weight 2",
    "ip route {verb} 192.168.{n}.0/26 via 192.168.81.{m} dev vxlan.calico onlink",
    "ip route {verb} blackhole 192.168.{n}.0/26 proto {owner} table 100 metric {m}",
    "ip route flush table 100",
    "ip -6 route {verb} fd00:{n}::/64 via fd00:1::{m} proto {owner}",
    "ip -6 route {verb} fd00:{n}::/64 proto 142 nexthop via fd00:1::{m} nexthop via fd00:1::7",
    "ip -6 route append fd00:{n}::/64 via fd00:1::{m} proto {owner}",
    "ip -6 route del fd00:{n}::/64 via fd00:1::{m}",
    "ip -6 route del fd00:{n}::/64",
    "ip neigh replace 192.168.81.{m} lladdr 02:00:00:00:00:0{n} dev vxlan.calico nud permanent",
    "ip neigh replace 10.10.10.{m} lladdr 02:00:00:00:00:0{n} dev eth1 nud permanent proto 142",
    "ip neigh replace 10.10.10.{m} lladdr 02:00:00:00:00:0{n} dev eth1 nud stale",
    "ip neigh del 192.168.81.{m} dev vxlan.calico",
    "ip neigh flush dev eth1 nud all",
    "bridge fdb replace 02:00:00:00:00:0{n} dev vxlan.calico dst 10.10.10.{m} permanent",
    "bridge fdb replace 02:00:00:00:00:0{n} dev vxlan.calico dst 10.10.10.{m} vni {n} permanent extern_learn",
    "bridge fdb append 00:00:00:00:00:00 dev vxlan.calico dst 10.10.10.{m} permanent",
    "bridge fdb del 02:00:00:00:00:0{n} dev vxlan.calico",
    "ip rule add from 10.{n}.0.0/16 table 100 priority {m} protocol {owner}",
    "ip rule del from 10.{n}.0.0/16 table 100 priority {m}",
    "ip -6 rule add from all fwmark {n} table 100 priority {m} protocol {owner}",
    "ip rule add from all fwmark {n} table 100 priority {m} protocol {owner}",
    "ip address add 10.10.11.{m}/24 dev eth1",
    "ip address del 10.10.11.{m}/24 dev eth1",
    "ip address del 10.10.10.11/24 dev eth1",
    "ip address add 10.10.10.11/24 dev eth1",
    "ip address add fd00:1::11/64 dev eth1 nodad",
    "ip address add 192.168.81.64/32 dev vxlan.calico",
    "ip address del 192.168.81.64/32 dev vxlan.calico",
    "ip address replace 10.10.12.{m}/24 dev eth1 valid_lft 1000 preferred_lft 500",
    "ip link set eth1 down",
    "ip link set eth1 up",
    "ip link set eth1 up",
    "ip link set far down",
    "ip link set far up",
    "ip link set vxlan.calico down",
    "ip link set vxlan.calico up",
    "ip link set vxlan.calico mtu 14{m}",
    "ip link set vxlan.calico address 66:fb:ad:98:aa:1{n}",
    "ip link set vxlan.calico up && ip link set vxlan.calico alias a.{n}",  # of one that is down nothing is told
    "ip link del vxlan.calico",
    f"{VTEP} dev eth1 nolearning && ip link set vxlan.calico up",
    "ip link add cali{n} type veth peer name pod{n} && ip link set cali{n} up && ip route add 10.9.9.{m} dev cali{n}",
    "ip link del cali{n}",
    "ip nexthop replace id {n} via 10.10.10.{m} dev eth1",
    "ip route {verb} 192.168.{n}.0/26 nhid {n} proto 142",
    "ip nexthop del id {n}",
)
WANTED = "ip route replace 192.168.{n}.0/26 via 10.10.10.10 proto 142; ip -6 route replace fd00:{n}::/64 via fd00:1::10"


def owns(resource: Resource) -> bool:
    """As a Calico claim: the tunnel's all, our mark, the addresses of eth1."""
    if "vxlan.calico" in devices_of(resource) or getattr(resource, "protocol", None) == 142:
        return True
    return isinstance(resource, Address) and resource.dev == "eth1" and not resource.flags


def concerned(reading: Reading, desired: State) -> State:
    return {key: one for key, one in reading.found.items() if key in desired or owns(one)}


def doing(chance: random.Random) -> str:
    words = {"verb": chance.choice(("add", "replace", "append")), "owner": chance.choice((142, 3))}
    return chance.choice(DOINGS).format(n=chance.randint(1, 4), m=chance.randint(10, 13), **words)


@pytest.fixture
def watch(node: Node) -> Iterator[Watch]:
    with watched(node, LinuxDriver().watch) as watch:
        yield watch


def _asked(resource: Resource) -> Resource:
    """A wish for an interface leaves its queue open, which no event shows."""
    return dataclasses.replace(resource, txqlen=None) if isinstance(resource, Link) else resource


def carry_out(node: Node, doings: list[str]) -> None:
    """What the kernel refuses is refused."""
    subprocess.run([*entering(node), "sh"], input="\n".join(doings), text=True, capture_output=True)


def test_a_reading_without_news_is_what_the_node_has(node: Node, watch: Watch) -> None:
    """The reading is taken before, amid, or after what happens; half of it is foreign."""
    seed = secrets.randbits(32)
    chance, driver, rumours, quiet = random.Random(seed), LinuxDriver(), LinuxRumours(), 0
    carry_out(node, [WANTED.format(n=n) for n in (1, 2)])
    found = driver.read(node.answers()).found.values()
    desired = state_of(_asked(one) for one in found if isinstance(one, Route | Link))
    watch.settled()
    for turn in range(25):
        doings = [doing(chance) for _ in range(chance.randint(1, 4))]
        early = Thread(target=carry_out, args=(node, doings))
        early.start()
        time.sleep(chance.choice((0, 0.01, 0.02, 0.05)))
        reading = driver.read(node.answers())
        early.join()
        heard = watch.settled()
        for line in heard:
            rumours.hear(line)
        news = rumours.news(reading, desired, owns)
        now = driver.read(node.answers())
        if not news:
            quiet += 1
            assert concerned(now, desired) == concerned(reading, desired), (seed, turn, doings, heard)
    assert quiet > 5, seed
