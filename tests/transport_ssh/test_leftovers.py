"""What a run that was killed has left armed on a node: taken back at once, before anything is read, and said."""

from __future__ import annotations

import itertools
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.desired.inventory import load_inventory
from reconciler.engine.reach import Ways, transport_for
from reconciler.linux.driver import LinuxDriver
from reconciler.transport.armed import ArmedNode
from reconciler.transport.ssh import SshTransport
from reconciler.transport.this_run import this_run
from reconciler.transport.undo import Undo

from .armed import FOLDERS, ROUTES, Node, drops, eventually, left, puts
from .conftest import Connect
from .sshd import Sshd

NUMBERS = itertools.count(1)


def over() -> int:
    """The number of a process that is no more."""
    ran = subprocess.Popen(["true"])
    ran.wait()
    return ran.pid


def dead_run() -> str:
    where = this_run().name.partition("-")[0]
    return f"rec-{where}-{over():x}-abc-{next(NUMBERS)}"


@pytest.fixture
def node(namespace: str) -> Node:
    return Node(namespace)


async def left_armed(transport: SshTransport, name: str, seconds: int = 60) -> Path:
    """By a run of that name, which has made all ``ROUTES`` and was killed then; the folder."""
    commit = ArmedNode(transport._ask, transport._knock, Undo(name, seconds))
    assert await commit.arm(drops(*ROUTES)) == []
    assert await commit.apply(puts(*ROUTES)) == []
    await transport.close()
    return next(path for path in FOLDERS.glob("*") if path.name.startswith(f"{name}."))


async def test_armed_too_late_it_takes_nothing_from_others(connect: Connect, node: Node) -> None:
    """What a run asked for last may be on the way when it is killed, and come once others have changed the node."""
    name = dead_run()
    transport = connect(shell=f"ip netns exec {node.namespace} sh")
    node.runs("\n".join(f"ip route add {route.dst} via {route.gateway} dev {route.dev}" for route in ROUTES))
    for seconds in (1, 60):
        commit = ArmedNode(transport._ask, transport._knock, Undo(f"{name}{seconds}", seconds))
        assert await commit.arm(drops(*ROUTES)) == []
    eventually(lambda: not left(f"{name}1."))
    assert await commit.roll_back() == []
    assert not left(f"{name}60.")
    assert all(node.has(ROUTES))


@pytest.mark.parametrize("state", ["undo", "held-{}", "begun-{}"])
async def test_a_dead_runs_is_taken_back_before_anything_is_read_and_said_once(
    connect: Connect, node: Node, state: str
) -> None:
    """Also where it has died while it wrote, or its node's own undo was killed on the way."""
    shell, name = f"ip netns exec {node.namespace} sh", dead_run()
    folder = await left_armed(connect(shell=shell), name)
    (folder / "undo").rename(folder / state.format(over()))
    transport, driver = connect(shell=shell, clears=True), LinuxDriver()
    reading = driver.read(await transport.query(driver.questions))
    assert not {route.key for route in ROUTES} & reading.found.keys()
    assert [advice.text for advice in reading.advice] == [
        f"changes that a run had made and, killed, not confirmed were taken back ({name})"
    ]
    assert reading.advice[0].concerns(ROUTES[0])
    assert driver.read(await transport.query(driver.questions)).advice == ()
    eventually(lambda: not left(name))


async def test_others_are_left_alone(connect: Connect, node: Node) -> None:
    """Our own transaction that is under way, one of another machine's run, and one in another network than ours."""
    shell, mine = f"ip netns exec {node.namespace} sh", this_run().name
    for name in (f"rec-{mine}-{next(NUMBERS)}", "rec-ffff-1c2b-9d3-7"):
        await left_armed(connect(shell=shell), name)
        reading = await connect(shell=shell, clears=True).query(["true"])
        assert reading[0].greeting == {}
        assert all(node.has(ROUTES))
        assert len(left(name)) == 2
        await ArmedNode((end := connect(shell=shell))._ask, end._knock, Undo(name, 60)).roll_back()
    name = dead_run()
    await left_armed(connect(shell=shell), name)
    await connect(clears=True).query(["true"])
    assert len(left(name)) == 2
    await connect(shell=shell, clears=True).query(["true"])
    eventually(lambda: not left(name))


async def test_an_inventory_says_whose_nodes_are_cleared(
    node: Node, connect: Connect, sshd: Sshd, tmp_path: Path
) -> None:
    """Not where nothing may be changed at all, nor a node that is only watched."""
    shell, name = f"ip netns exec {node.namespace} sh", dead_run()
    await left_armed(connect(shell=shell), name)
    for writes, mode, cleared in ((False, "enforce", False), (True, "audit", False), (True, "enforce", True)):
        (tmp_path / "inventory.yaml").write_text(
            "apiVersion: reconciler/v1\nkind: Inventory\nmetadata: {name: lab}\nspec: {devices: {n1: {platform: linux, "
            f"host: 127.0.0.1, port: {sshd.port}, username: root, key: {sshd.key}, knownHosts: {sshd.known_hosts}, "
            f'mode: {mode}, shell: "{shell}"}}}}}}\n'
        )
        ways = Ways.new(writes=writes)
        transport = transport_for("n1", load_inventory(tmp_path / "inventory.yaml"), ways)
        await transport.query(["true"])
        assert node.has(ROUTES) == [not cleared] * len(ROUTES)
        await transport.close()
        ways.close()


async def test_half_a_removal_is_finished_and_strange_folders_are_not_entered(connect: Connect, node: Node) -> None:
    name = dead_run()
    folder = await left_armed(connect(shell=f"ip netns exec {node.namespace} sh"), name)
    half, strange = folder.with_name(f"{folder.name}.over"), folder.with_name(f"{name};x $(id).1.2")
    half.mkdir()
    strange.mkdir()
    await connect(shell=f"ip netns exec {node.namespace} sh", clears=True).query(["true"])
    assert not half.exists()
    assert strange.exists()
    strange.rmdir()
    with suppress(OSError):  # somebody else has one there
        FOLDERS.rmdir()
