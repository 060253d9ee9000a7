"""Who may use the control socket: root, who runs the daemon, and its group; real users, real sockets."""

from __future__ import annotations

import asyncio
import grp
import json
import os
import pwd
import socket
from pathlib import Path

import pytest

from reconciler.daemon.control import Control
from reconciler.daemon.peer import Peer
from tests.daemon.world import World
from tests.reachable import reachable

ASK = b"GET /v1/status HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"
NOBODY = pwd.getpwnam("nobody")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes other users")


def asked_as_nobody(path: Path) -> str:
    """What ``nobody`` gets who asks for the status."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(theirs, _asked(path))
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as said:
        found = said.read().decode()
    os.waitpid(child, 0)
    return found


def _asked(path: Path) -> bytes:
    os.setgroups([])
    os.setgid(NOBODY.pw_gid)
    os.setuid(NOBODY.pw_uid)
    said = b""
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.connect(str(path))
            end.sendall(ASK)
            while chunk := end.recv(65536):
                said += chunk
    except OSError as error:
        return type(error).__name__.encode()
    return said


async def answered(path: Path, mode: int, gid: int) -> str:
    world = World(path.parent)
    async with world.running() as service:
        control = Control(service, path)
        await control.open()
        path.chmod(mode)
        os.chown(path, -1, gid)
        try:
            return await asyncio.to_thread(asked_as_nobody, path)
        finally:
            await control.close()


@pytest.fixture
def open_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everybody gets as far as the socket; what follows is the socket's own doing."""
    return reachable(tmp_path_factory.mktemp("open"))


@needs_root
async def test_the_kernel_refuses_another_user(open_folder: Path) -> None:
    assert await answered(open_folder / "s", 0o660, os.getegid()) == "PermissionError"


@needs_root
async def test_the_daemon_refuses_another_user_where_somebody_has_opened_the_file_to_all(open_folder: Path) -> None:
    said = await answered(open_folder / "s", 0o666, os.getegid())
    head, _, body = said.partition("\r\n\r\n")
    assert head.split()[1] == "403"
    root = grp.getgrgid(os.getegid()).gr_name
    assert json.loads(body) == {"error": f"nobody may not: the socket is for root and for members of the group {root}"}


@needs_root
async def test_a_member_of_the_sockets_group_is_answered(open_folder: Path) -> None:
    said = await answered(open_folder / "s", 0o660, NOBODY.pw_gid)
    assert said.split()[1] == "200"
    assert '"schema": "reconciler/status/v1"' in said


def test_a_user_without_a_name_is_known_by_his_number_and_refused(tmp_path: Path) -> None:
    peer = Peer(54321, 54321)
    assert peer.name == "uid 54321"
    assert not peer.may_use(tmp_path) or os.geteuid() == 54321


def test_without_a_socket_there_is_no_group_of_it(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX):
        assert not Peer(NOBODY.pw_uid, NOBODY.pw_gid).may_use(tmp_path / "none") or os.geteuid() == NOBODY.pw_uid
