"""Who is at the other end of the control socket, by the kernel's word (SO_PEERCRED, unix(7))."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class Peer:
    """A process of this host when it connected."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """The user's, or ``uid 1234`` of one who has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return f"uid {self.uid}"

    def may_use(self, path: Path) -> bool:
        """Root, who runs us, and members of the group whose socket it is; whatever rights the file has by now."""
        if self.uid in (0, os.geteuid()):
            return True
        try:
            owner = path.stat().st_gid
            return owner in (self.gid, *os.getgrouplist(self.name, self.gid))
        except (OSError, KeyError):  # the socket is gone; or a user without a name
            return False


def peer_of(end: socket.socket) -> Peer:
    """Raises: OSError."""
    _, uid, gid = CREDENTIALS.unpack(end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size))
    return Peer(uid, gid)


def peer_in(request: web.Request) -> Peer:
    """Who asks. Raises: web.HTTPForbidden."""
    end = request.transport.get_extra_info("socket") if request.transport is not None else None
    if end is None:
        raise web.HTTPForbidden(reason="who asks is gone")
    return peer_of(end)


def group_of(path: Path) -> str:
    """The name of the group whose members may use the socket."""
    try:
        return grp.getgrgid(path.stat().st_gid).gr_name
    except (OSError, KeyError):
        return "its owner"
