"""A transaction on a node: it is confirmed and leaves nothing, or the node is as it was before, whatever breaks off."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import stat
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

import pytest

from reconciler.core.commit import Commits, ConfirmedCommit
from reconciler.core.driver import Failure, Script, Unreachable
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.transport.ssh import SshTransport

from .armed import FOLDERS, ROUTES, Node, drops, eventually, left, name, puts, words
from .conftest import Connect
from .sshd import Sshd

NUMBERS = itertools.count(1000)
REASON = "its undo has begun"


@pytest.fixture
def number() -> int:
    return next(NUMBERS)


@pytest.fixture
def node(namespace: str) -> Node:
    return Node(namespace)


SUDO = """\
unshare -m sh -c '
mount -t tmpfs -o mode=755 none /etc/sudoers.d
printf "%s\\n" "Defaults use_pty" "nobody ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/test
exec setpriv --reuid=nobody --regid=nogroup --clear-groups sudo -n "$@"
' sudo"""
"""A login as an ordinary user who may become root, in a terminal of sudo's own, as newer ones do."""


@pytest.fixture(params=["", SUDO], ids=["root", "sudo"])
def shells(request: pytest.FixtureRequest, connect: Connect, namespace: str) -> SshTransport:
    return connect(shell=f"{request.param} ip netns exec {namespace} {'sh' if request.param else 'bash'}")


@pytest.fixture
def transport(connect: Connect, namespace: str) -> SshTransport:
    return connect(shell=f"ip netns exec {namespace} sh")


async def armed(transport: SshTransport, number: int, undo: Script, seconds: int = 60) -> ConfirmedCommit:
    assert isinstance(transport, Commits)
    commit = transport.transaction(number, seconds)
    assert await commit.arm(undo) == []
    return commit


async def test_confirmed_it_stays_and_nothing_is_left(shells: SshTransport, node: Node, number: int) -> None:
    commit = await armed(shells, number, drops(*ROUTES))
    assert len(left(name(number))) >= 2, "a folder and a timer, or this test shows nothing"
    assert await commit.apply(puts(*ROUTES[:2])) == []
    assert await commit.apply(puts(*ROUTES[2:])) == []
    assert await commit.confirm() == []
    eventually(lambda: not left(name(number)))
    assert all(node.has(ROUTES))


async def test_rolled_back_it_is_as_before_and_nothing_is_left(shells: SshTransport, node: Node, number: int) -> None:
    commit = await armed(shells, number, drops(*ROUTES))
    assert await commit.apply(puts(*ROUTES)) == []
    assert await commit.roll_back() == []
    eventually(lambda: not left(name(number)))
    assert not any(node.has(ROUTES))


async def test_the_folder_is_its_owners_alone(transport: SshTransport, number: int) -> None:
    commit = await armed(transport, number, drops(*ROUTES))
    (folder,) = (path for path in FOLDERS.glob("*") if name(number) in path.name)
    assert stat.S_IMODE(folder.parent.stat().st_mode) == stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    await commit.confirm()


async def test_each_step_is_one_round_trip(transport: SshTransport, number: int) -> None:
    trips = 0
    ask = transport._ask

    async def counted(commands: Sequence[str]) -> Sequence[object]:
        nonlocal trips
        trips += 1
        return await ask(commands)

    transport._ask = counted  # type: ignore[method-assign,assignment]
    commit = await armed(transport, number, drops(*ROUTES))
    assert (await commit.apply(puts(*ROUTES)), trips) == ([], 2)
    assert (await commit.confirm(), trips) == ([], 3)


async def test_whoever_is_not_heard_of_any_more_is_undone(
    transport: SshTransport, sshd: Sshd, node: Node, number: int
) -> None:
    """Our connection, and sshd with all that it has started: none of that is needed."""
    commit = await armed(transport, number, drops(*ROUTES), seconds=1)
    began = time.monotonic()
    assert await commit.apply(puts(*ROUTES)) == []
    await transport.close()
    sshd.stop()
    assert all(node.has(ROUTES))
    eventually(lambda: not any(node.has(ROUTES)))
    assert 0.9 < time.monotonic() - began < 2.5
    eventually(lambda: not left(name(number)))
    sshd.start()


async def test_killed_in_the_middle_of_a_batch(transport: SshTransport, sshd: Sshd, node: Node, number: int) -> None:
    """The shell that was killed still holds the transaction: that is no reason to leave half of it."""
    commit = await armed(transport, number, drops(*ROUTES), seconds=1)
    half = Script((*puts(*ROUTES[:2]).makes, *words("sleep 5"), *puts(*ROUTES[2:]).makes))
    sending = asyncio.create_task(commit.apply(half))
    await asyncio.to_thread(eventually, lambda: all(node.has(ROUTES[:2])))
    _kill(sshd.descendants())
    sshd.stop()
    with pytest.raises(Unreachable):
        await sending
    eventually(lambda: not any(node.has(ROUTES)))
    eventually(lambda: not left(name(number)))
    sshd.start()


async def test_a_broken_connection_is_opened_anew_to_roll_back(
    transport: SshTransport, sshd: Sshd, node: Node, number: int
) -> None:
    commit = await armed(transport, number, drops(*ROUTES))
    assert await commit.apply(puts(*ROUTES)) == []
    _kill(sshd.descendants())
    assert await commit.roll_back() == []
    assert not any(node.has(ROUTES))
    assert not left(f"{name(number)}.")


def _kill(processes: Iterable[int]) -> None:
    """In this order: parents first, or they would go on."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


async def test_what_was_not_applied_is_not_missed(transport: SshTransport, node: Node, number: int) -> None:
    """The way back may lead over changes that were never made: what is gone is gone, what is there is there."""
    rule = Rule(priority=100, family=4, src="10.0.0.0/8", table=100, protocol=142)
    node.runs("ip rule add prio 100 from 10.0.0.0/8 table 100 proto 142")
    back = puts(rule)
    commit = await armed(transport, number, Script(back.makes, drops(*ROUTES).breaks))
    assert await commit.apply(puts(*ROUTES[:1])) == []
    assert await commit.roll_back() == []
    assert await commit.roll_back() == [
        Failure(None, "it had taken everything back by itself already, or was started anew", nature="warning")
    ]
    assert not any(node.has(ROUTES))


async def test_who_was_never_armed_has_nothing_to_take_back(transport: SshTransport, number: int) -> None:
    commit = transport.transaction(number, 60)
    assert await commit.roll_back() == []
    assert [failure.reason for failure in await commit.apply(puts(*ROUTES))] == ["nothing is armed on it any more"]
    assert [failure.reason for failure in await commit.confirm()] == ["not confirmed: it has been taken back already"]


async def test_a_line_of_the_way_back_that_is_refused_is_named_and_all_else_is_done(
    transport: SshTransport, node: Node, number: int
) -> None:
    """Also where it ends the batch that it stands in (docs/KERNEL.md, fact 19)."""
    far = Neighbour(dev="eth1", dst="10.10.10.9", lladdr="02:00:00:00:00:09", protocol=142)
    nowhere = Neighbour(dev="eth7", dst="10.10.10.8", lladdr="02:00:00:00:00:08", protocol=142)
    wrong = Route(dst="10.99.0.0/16", gateway="172.16.0.1", dev="eth1", protocol=142)
    back = puts(nowhere, far, wrong)
    commit = await armed(transport, number, Script(back.makes, drops(*ROUTES).breaks))
    assert await commit.apply(puts(*ROUTES)) == []
    refused = {failure.line.change.after for failure in await commit.roll_back() if failure.line}
    assert refused == {nowhere, wrong}
    assert "02:00:00:00:00:09" in node.runs("ip neigh show nud permanent")
    assert not any(node.has(ROUTES))


async def test_nothing_is_sent_once_the_undo_has_begun(transport: SshTransport, node: Node, number: int) -> None:
    commit = await armed(transport, number, Script(words("sleep 0.7")))
    assert await commit.apply(Script(words("true"))) == []
    firing = node.fires(number)
    eventually(lambda: any("begun-" in command for command in left(name(number))))
    assert [failure.reason for failure in await commit.apply(puts(*ROUTES))] == [REASON]
    assert [failure.reason for failure in await commit.confirm()] == [f"not confirmed: {REASON}"]
    assert not any(node.has(ROUTES))
    assert await commit.roll_back() == [], "who asks for it meanwhile waits for it"
    assert firing.wait() == 0
    eventually(lambda: not left(name(number)))


async def test_the_undo_waits_for_a_batch_that_is_under_way(transport: SshTransport, node: Node, number: int) -> None:
    """Or its last lines would come after the undo, and stay."""
    commit = await armed(transport, number, drops(*ROUTES))
    firing = node.fires(number, after=0.2)
    slow = Script((*puts(*ROUTES[:2]).makes, *words("sleep 0.6"), *puts(*ROUTES[2:]).makes))
    assert await commit.apply(slow) == []
    assert firing.wait() == 0
    assert not any(node.has(ROUTES))
    assert [failure.reason for failure in await commit.confirm()] == ["not confirmed: it has been taken back already"]
    eventually(lambda: not left(name(number)))


async def test_confirm_and_undo_never_both_win(transport: SshTransport, node: Node) -> None:
    for place in range(8):
        number = next(NUMBERS)
        commit = await armed(transport, number, drops(ROUTES[0]))
        assert await commit.apply(puts(ROUTES[0])) == []
        firing = node.fires(number, after=place % 4 / 100)
        failures = await commit.confirm()
        firing.wait()  # finds nothing, where it comes last
        assert node.has(ROUTES[:1]) == [not failures]
        node.runs("ip route flush proto 142")
        eventually(lambda: not left(name(number)))  # noqa: B023


async def test_management_is_reached_over_a_connection_of_its_own(
    transport: SshTransport, sshd: Sshd, number: int
) -> None:
    commit = await armed(transport, number, Script(()))
    await commit.reach()
    assert sshd.log.count("Accepted publickey") == 2
    assert (await transport.query(["echo one"]))[0].text == "one\n"
    assert sshd.process is not None
    sshd.process.kill()
    sshd.process.wait()
    with pytest.raises(Unreachable, match="cannot be connected to"):
        await commit.reach()
    assert await commit.confirm() == [], "over the connection that is still there"
    sshd.start()


async def test_what_is_confirmed_in_part_is_taken_back_in_part(transport: SshTransport, node: Node) -> None:
    """By itself, and by us."""
    for by_itself in (True, False):
        commit = await armed(transport, number := next(NUMBERS), drops(*ROUTES))
        assert await commit.apply(puts(*ROUTES)) == []
        assert await commit.confirm(drops(*ROUTES[3:])) == []
        if by_itself:
            assert node.fires(number).wait() == 0
        else:
            assert await commit.roll_back() == []
        assert node.has(ROUTES) == [True, True, True, False, False]
        node.runs("ip route flush proto 142")
        assert not left(name(number))
        late = await commit.confirm(drops(ROUTES[0]))
        assert [failure.reason for failure in late] == ["not confirmed: it has been taken back already"]


async def test_somebody_on_the_node_keeps_what_was_changed(transport: SshTransport, node: Node, number: int) -> None:
    """As docs/CHANGING.md tells it; `run` is what its timer starts."""
    commit = await armed(transport, number, drops(*ROUTES))
    assert await commit.apply(puts(*ROUTES)) == []
    (folder,) = (path for path in FOLDERS.glob("*") if path.name.startswith(f"{name(number)}."))
    node.runs(f"mv {folder}/undo {folder}/kept")
    assert node.fires(number).wait() == 0
    assert all(node.has(ROUTES))
    assert [failure.reason for failure in await commit.confirm()] == ["not confirmed: its undo has begun"]
    node.runs(f"rm -r {folder}")
