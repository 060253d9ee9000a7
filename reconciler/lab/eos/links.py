"""The ports of the switch as the kernel sees them: which are there, and which have a carrier.

Asked with ioctls: they answer for the network namespace that we are in, which ``/sys`` does not, and cost microseconds.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Protocol

from . import names

SIOCGIFFLAGS = 0x8913
IFF_RUNNING = 0x40
REQUEST = struct.Struct("16sH22x")


class Links(Protocol):
    """What the switch needs to know of its hardware."""

    def ports(self) -> Iterable[str]:
        """The physical ports, by their EOS names."""

    def is_up(self, port: str) -> bool:
        """Whether the port is there, is up and has a carrier."""


class KernelLinks:
    """The ports of this network namespace, those that appear later too."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def ports(self) -> Iterable[str]:
        return [port for _, device in socket.if_nameindex() if (port := names.port(device))]

    def is_up(self, port: str) -> bool:
        device = names.device(port)
        return device is not None and self._is_running(device)

    def _is_running(self, device: str) -> bool:
        try:
            answer = fcntl.ioctl(self._socket, SIOCGIFFLAGS, REQUEST.pack(device.encode(), 0))
        except OSError:
            return False
        _, flags = REQUEST.unpack(answer)
        return bool(flags & IFF_RUNNING)


class NamedLinks:
    """Ports that are only named, without a kernel behind them; all have a carrier unless ``is_down`` says no."""

    def __init__(self, devices: Iterable[str], is_down: Callable[[str], bool] = lambda _port: False) -> None:
        self._ports = [port for device in devices if (port := names.port(device))]
        self._is_down = is_down

    def ports(self) -> Iterable[str]:
        return self._ports

    def is_up(self, port: str) -> bool:
        return port in self._ports and not self._is_down(port)
