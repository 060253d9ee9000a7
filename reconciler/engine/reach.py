"""How a device of the inventory is reached: which transport, with which login, over which jump host."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from reconciler.core.driver import Answer, Failure, Script, Transport, Unreachable
from reconciler.desired.device import Device as Entry
from reconciler.desired.inventory import Inventory
from reconciler.desired.secret import PasswordRef, SecretMissing
from reconciler.engine.observe import AT_ONCE
from reconciler.engine.parts import greeting_for
from reconciler.transport.backoff import Backoff
from reconciler.transport.jumps import Jumps
from reconciler.transport.settings import SshSettings
from reconciler.transport.ssh import SshTransport

SWITCHES_AT_ONCE = 16
"""Switches that one run talks to at the same time, each by a thread."""


class Barred:
    """A device whose password is not where the inventory says: it is unreachable, and nobody else is disturbed."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        raise Unreachable(self._reason)

    async def apply(self, script: Script) -> Sequence[Failure]:
        raise Unreachable(self._reason)

    async def close(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Ways:
    """What devices share on the way to them: connections to jump hosts, and the threads that talk to switches.

    ``writes``: whether anything may be changed on any of them. ``paces``: a switch that could not be reached is left
    alone for a while; False: whoever asks does so when it is time.
    """

    jumps: Jumps
    threads: ThreadPoolExecutor
    writes: bool
    paces: bool = True

    @classmethod
    def new(cls, *, writes: bool, paces: bool = True, threads: int = SWITCHES_AT_ONCE) -> Ways:
        """``threads``: so many switches at once."""
        return cls(Jumps(), ThreadPoolExecutor(threads, thread_name_prefix="switch"), writes, paces)

    @classmethod
    def of_loop(cls, concurrency: int) -> Ways:
        """For a loop that itself sees to when a device is tried again, and speaks to so many at once.

        And waits for as many that may be gone (`daemon.gates`): they keep nobody else waiting for a thread.
        """
        return cls.new(writes=True, paces=False, threads=2 * min(concurrency, AT_ONCE))

    def close(self) -> None:
        self.threads.shutdown(wait=False)
        self.jumps.close()


def transport_for(name: str, inventory: Inventory, ways: Ways, prologue: str = "") -> Transport:
    """The way to a device; nothing is contacted yet. ``prologue``: what its shell has to run first."""
    entry = inventory.devices[name]
    try:
        return _switch(name, inventory, ways) if entry.is_switch else _node(name, inventory, ways, prologue)
    except SecretMissing as error:
        return Barred(f"{name}: {error}")


def _switch(name: str, inventory: Inventory, ways: Ways) -> Transport:
    from reconciler.transport.netmiko import NetmikoTransport
    from reconciler.transport.netmiko_terminal import Settings

    entry, way = inventory.devices[name], host_settings(name, inventory)

    async def dial() -> socket.socket:
        from reconciler.transport.tunnel import dialled

        return await dialled(way, ways.jumps)

    return NetmikoTransport(
        Settings(
            host=entry.host,
            username=_username(name, entry),
            known_hosts=entry.known_hosts,
            port=entry.port,
            password=_read(entry.password),
            key=entry.key,
            secret=_read(entry.secret),
            connect_timeout=entry.connect_timeout,
            command_timeout=entry.command_timeout,
        ),
        dial if way.jump else None,
        ways.threads,
        greeting_for(entry.platform, clears=ways.writes and entry.mode == "enforce"),
        Backoff() if ways.paces else None,
    )


def _node(name: str, inventory: Inventory, ways: Ways, prologue: str) -> Transport:
    clears = ways.writes and inventory.devices[name].mode == "enforce"
    return SshTransport(node_settings(name, inventory, prologue), ways.jumps, clears=clears)


def host_settings(name: str, inventory: Inventory) -> SshSettings:
    """Where a device is, for whoever does not log in to it. Raises: SecretMissing, of a jump host on the way."""
    entry = inventory.devices[name]
    return SshSettings(
        host=entry.host,
        username=entry.username or "",
        known_hosts=entry.known_hosts,
        port=entry.port,
        connect_timeout=entry.connect_timeout,
        jump=_jump(name, entry, inventory),
    )


def node_settings(name: str, inventory: Inventory, prologue: str = "") -> SshSettings:
    """One login to a node or a jump host. Raises: SecretMissing."""
    entry = inventory.devices[name]
    return dataclasses.replace(
        host_settings(name, inventory),
        username=_username(name, entry),
        key=entry.key,
        password=_read(entry.password),
        command_timeout=entry.command_timeout,
        sudo=entry.sudo,
        shell=entry.shell,
        prologue=prologue,
    )


def _jump(name: str, entry: Entry, inventory: Inventory) -> SshSettings | None:
    """Another device of the inventory, or a host that takes the same user name and key."""
    if entry.jump is None:
        return None
    if entry.jump in inventory.devices:
        return node_settings(entry.jump, inventory)
    return SshSettings(
        host=entry.jump,
        username=_username(name, entry),
        known_hosts=entry.known_hosts,
        key=entry.key,
        password=_read(entry.password),
        connect_timeout=entry.connect_timeout,
    )


def _username(name: str, entry: Entry) -> str:
    if entry.username is None:
        raise SecretMissing(f"the inventory names no username for {name}")
    return entry.username


def _read(reference: PasswordRef | None) -> str | None:
    return reference.read() if reference is not None else None
