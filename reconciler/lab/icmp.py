"""Echo requests and replies of both IP versions, on raw sockets (RFC 792, RFC 4443)."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from functools import partial

REQUEST = {4: 8, 6: 128}
REPLY = {4: 0, 6: 129}
HEADER = {4: 20, 6: 0}
"""What a raw socket hands over before the ICMP message."""


def opened(version: int) -> socket.socket:
    """A raw socket; it belongs for good to the namespace of the thread that opens it."""
    family, protocol = (
        (socket.AF_INET, socket.IPPROTO_ICMP) if version == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
    )
    made = socket.socket(family, socket.SOCK_RAW, protocol)
    made.setblocking(False)
    return made


def ask(sender: socket.socket, address: str, target: int) -> None:
    """Send an echo request whose sequence number says who is asked; one that cannot be sent is not answered."""
    version = 6 if sender.family == socket.AF_INET6 else 4
    try:
        sender.sendto(_echo(version, target), (address, 0))
    except OSError:  # no route, or no room: the answer will be missing
        return


def answered(receiver: socket.socket) -> Iterator[int]:
    """The targets whose answers wait at a socket."""
    version = 6 if receiver.family == socket.AF_INET6 else 4
    start = HEADER[version]
    for packet in iter(partial(_receive, receiver), b""):
        kind, _, _, identifier, target = struct.unpack("!BBHHH", packet[start : start + 8])
        if kind == REPLY[version] and identifier == _identifier():
            yield target


def _receive(receiver: socket.socket) -> bytes:
    try:
        return receiver.recv(2048)
    except BlockingIOError:
        return b""


def _identifier() -> int:
    return os.getpid() & 0xFFFF


def _echo(version: int, target: int) -> bytes:
    """The message, with the checksum of RFC 1071; that of IPv6 is the kernel's to fill in."""
    body = struct.pack("!HH", _identifier(), target)
    total = sum(struct.unpack("!HHH", struct.pack("!BB", REQUEST[version], 0) + body))
    folded = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBH", REQUEST[version], 0, ~(folded + (folded >> 16)) & 0xFFFF) + body
