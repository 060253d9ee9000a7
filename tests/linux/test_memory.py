"""A node that has not changed is not read a second time; one that has is read as if nothing were known."""

from __future__ import annotations

import time

import pytest

from reconciler.core.driver import Answer, Unreadable
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.memory import Memory

from .node import Node


@pytest.mark.kernel
def test_the_same_tables_are_the_same_reading(node: Node) -> None:
    """Whatever changes gives another reading, equal to a fresh driver's; what is put back gives back no old one."""
    driver = LinuxDriver()
    node.must("ip link add br0 type bridge; ip link set br0 up; ip rule add from 10.0.0.0/8 table 100")
    last = driver.read(node.answers())
    for change in (
        "ip route add 10.1.0.0/16 dev eth1",
        "ip -6 route add fd00:5::/64 dev eth1",
        "ip neigh replace 192.168.81.65 lladdr 02:00:00:00:00:01 dev vxlan.calico nud permanent",
        "bridge fdb replace 02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.10 permanent",
        "ip link set eth1 mtu 1400",
        "ip address add 10.10.11.1/24 dev eth1",
        "ip rule del from 10.0.0.0/8 table 100",
        "ip link del vxlan.calico",
    ):
        assert driver.read(node.answers()) is last, "a bridge's timers are no change"
        node.must(change)
        answers = node.answers()
        new = driver.read(answers)
        assert new is not last
        assert new == LinuxDriver().read(answers)
        last = new


def test_an_answer_that_means_the_same_is_the_same_object() -> None:
    memory = Memory()
    first = memory.recalled("place", [Answer("1 ")], lambda: [1])
    assert memory.recalled("place", [Answer("1 ")], lambda: [9]) is first
    assert memory.recalled("place", [Answer(" 1")], lambda: [1]) is first
    assert memory.recalled("place", [Answer(" 1", 1)], lambda: [2]) == [2]
    assert memory.recalled("other", [Answer(" 1", 1)], lambda: [3]) == [3]
    with pytest.raises(Unreadable):
        memory.recalled("place", [Answer("x")], _unreadable)
    assert memory.recalled("place", [Answer(" 1", 1)], lambda: [4]) == [4], "forgotten"


def _unreadable() -> list[int]:
    raise Unreadable("no")


@pytest.mark.kernel
def test_many_routes_that_have_not_changed_cost_next_to_nothing(node: Node) -> None:
    lines = "\n".join(f"route add 11.{n >> 8}.{n & 255}.0/24 dev eth1 proto 142" for n in range(10_000))
    node.must(f"ip -batch - <<'end'\n{lines}\nend")
    driver, answers = LinuxDriver(), node.answers()
    reading = driver.read(answers)
    began = time.thread_time()
    assert driver.read(answers) is reading
    assert time.thread_time() - began < 0.05, "20 times what it takes"
