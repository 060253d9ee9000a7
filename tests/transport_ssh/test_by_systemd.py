"""Where systemd runs a node, its timer counts; where we only see its folder, in a namespace of our own, it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.transport.ssh import SshTransport

from .armed import ROUTES, Node, drops, eventually, left, name, puts
from .conftest import Connect

# A systemd that is little more than its name; its processes start with the environment that they are given, and none
# of ours.
BOOT = """\
mount -t tmpfs none /run
mkdir -p /run/systemd/system
export PATH="{folder}/bin:$PATH" KUBECONFIG=/of/this/login
sh
"""
SYSTEMD_RUN = """\
#!/bin/sh
echo "$*" >>{folder}/told
set -- "$@" end-of-options
while [ "$1" != /bin/sh ]; do
  case $1 in
    --unit=*) unit=${{1#*=}} ;;
    --on-active=*) seconds=${{1#*=}} ;;
    --setenv=*) given="$given ${{1#*=}}" ;;
  esac
  shift
done
(
  echo "$unit.timer" >>{folder}/units
  sleep "$seconds"
  grep -q "$unit.timer" {folder}/units || exit
  env -i $given "$1" "$2" "$3"
) >/dev/null 2>&1 &
"""
SYSTEMCTL = """\
#!/bin/sh
[ "$1" = stop ] && sed -i "/$2/d" {folder}/units
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    for path, text in {"boot": BOOT, "bin/systemd-run": SYSTEMD_RUN, "bin/systemctl": SYSTEMCTL}.items():
        (tmp_path / path).write_text(text.format(folder=tmp_path))
        (tmp_path / path).chmod(0o755)
    (tmp_path / "systemd").symlink_to("/bin/sh")
    return tmp_path


@pytest.fixture
def transport(connect: Connect, namespace: str, folder: Path) -> SshTransport:
    entered = f"nsenter --net=/run/netns/{namespace} unshare -m -p -f --mount-proc"
    return connect(shell=f"{entered} {folder}/systemd {folder}/boot")


async def test_its_timer_is_told_what_it_needs_and_is_stopped(
    transport: SshTransport, namespace: str, folder: Path
) -> None:
    commit = transport.transaction(2001, 60)
    assert await commit.arm(drops(*ROUTES)) == []
    eventually(lambda: (folder / "units").exists())
    assert (folder / "units").read_text() == f"{name(2001)}.timer\n"
    told = (folder / "told").read_text().split()
    assert {"--on-active=60", "--timer-property=AccuracySec=100ms", f"--unit={name(2001)}"} <= set(told)
    assert "--setenv=KUBECONFIG=/of/this/login" in told
    assert await commit.apply(puts(*ROUTES)) == []
    assert await commit.confirm() == []
    assert (folder / "units").read_text() == ""
    assert (await transport.query(["ls /run"]))[0].text.split() == ["systemd"]
    assert all(Node(namespace).has(ROUTES))


async def test_its_timer_leads_back(transport: SshTransport, namespace: str, folder: Path) -> None:
    commit = transport.transaction(2002, 1)
    assert await commit.arm(drops(*ROUTES)) == []
    assert await commit.apply(puts(*ROUTES)) == []
    eventually(lambda: not any(Node(namespace).has(ROUTES)))
    ls = [(await transport.query(["sleep 0.3; ls /run"]))[0].text]
    assert ls == ["systemd\n"]


async def test_one_that_fails_is_no_obstacle(transport: SshTransport, namespace: str, folder: Path) -> None:
    (folder / "bin/systemd-run").write_text("#!/bin/sh\necho Failed to connect to bus >&2; exit 1\n")
    commit = transport.transaction(2003, 60)
    assert await commit.arm(drops(*ROUTES)) == []
    assert await commit.apply(puts(*ROUTES)) == []
    assert await commit.roll_back() == []
    assert not any(Node(namespace).has(ROUTES))


async def test_of_another_network_it_is_not_asked(connect: Connect, namespace: str, folder: Path) -> None:
    """`ip netns exec` on a node with systemd: its processes would run in the node's network."""
    nested = f"{folder}/systemd -c 'mount -t tmpfs none /run; mkdir -p /run/systemd/system; \"$@\"' x"
    inside = f"env PATH={folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin nsenter --net=/proc/1/fd/9 sh"
    transport = connect(shell=f"unshare -m -p -f --mount-proc {nested} {inside} 9</run/netns/{namespace}")
    commit = transport.transaction(2004, 60)
    assert await commit.arm(drops(*ROUTES)) == []
    assert not (folder / "told").exists()
    assert await commit.apply(puts(*ROUTES)) == []
    assert await commit.roll_back() == []
    assert not any(Node(namespace).has(ROUTES))
    eventually(lambda: not left(name(2004)))


async def test_where_run_cannot_be_written_it_is_tmp(connect: Connect, namespace: str) -> None:
    entered = f"nsenter --net=/run/netns/{namespace} unshare -m sh -c"
    transport = connect(shell=f"{entered} 'mount -t tmpfs -o ro none /run; exec sh'")
    commit = transport.transaction(2005, 60)
    assert await commit.arm(drops(*ROUTES)) == []
    (folder,) = Path("/tmp/reconciler-undo-0").glob(f"{name(2005)}.*")
    assert await commit.apply(puts(*ROUTES)) == []
    assert await commit.roll_back() == []
    assert not folder.exists()
    assert not any(Node(namespace).has(ROUTES))


async def test_a_folder_of_somebody_elses_is_not_used(connect: Connect, namespace: str) -> None:
    entered = f"nsenter --net=/run/netns/{namespace} unshare -m sh -c"
    theirs = "mount -t tmpfs none /run; mount -t tmpfs none /tmp; mkdir /run/reconciler-undo; chown 65534 /run/rec*"
    transport = connect(shell=f"{entered} '{theirs}; ln -s /run/reconciler-undo /tmp/reconciler-undo-0; exec sh'")
    (failure,) = await transport.transaction(2006, 60).arm(drops(*ROUTES))
    assert failure.reason == (
        "cannot be armed: no folder can be made below /run/reconciler-undo /tmp/reconciler-undo-0"
    )
