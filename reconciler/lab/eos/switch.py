"""The switch itself: its running and its startup configuration, sessions, log, and the kernel that follows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from . import blocks, edit_system, internal, modes, render, sessions, transactions
from .clock import Clock, now
from .config import Block, Config, Interface, has_line
from .editor import Editor
from .faults import Faults
from .flash import Checkpoints, Flash
from .links import Links
from .lock import Latch
from .operation import Operation
from .sessions import Session, Sessions
from .syslog import Actor, Syslog

RELEASE = "4.34.0F"
"""The EOS that the switch pretends to be unless it is told another."""
BUILD = "41641815"
EXEC_AUTHORIZATION = "aaa authorization exec default local"
BUILT_IN = """\
no aaa root
no service interface inactive port-id allocation disabled
transceiver qsfp default-mode 4x10G
service routing protocols model multi-agent
spanning-tree mode mstp
system l1
   unsupported speed action error
   unsupported error-correction action error
router multicast
   ipv4
      software-forwarding kernel
   ipv6
      software-forwarding kernel
"""
"""Sections that cEOS 4.34 has from birth."""

LATE = 0.005
"""Seconds that the look at a commit timer comes after its end: two clocks differ by less."""
STARTUP = "startup-config"
SAVED_AND_RUNNING = ("flash:/startup-config", "system:/running-config")
Apply = Callable[[Config, Iterable[str]], None]


def initial() -> Config:
    """The configuration of a switch without startup configuration."""
    config = Config()
    modes.load(config, blocks.parse(BUILT_IN))
    return config


@dataclass(frozen=True, slots=True)
class Model:
    """Which EOS the switch pretends to be, and whose clock it goes by."""

    release: str = RELEASE
    clock: Clock = now


CEOS = Model()


class Switch:
    """Shared by all terminals. Every change goes through `changed`, which the kernel follows before it returns."""

    def __init__(self, hostname: str, state: Path, links: Links, apply: Apply, model: Model = CEOS) -> None:
        self.clock, self.faults, self.log = model.clock, Faults(), Syslog()
        self.links = self.faults.over(links)
        self.saved_at, self.saved_by = self.clock(), "root"
        self.checkpoints, self.flash = Checkpoints(self.clock), Flash(state / "flash")
        self.terminals: dict[int, Callable[[], None]] = {}
        self._name, self._state, self._apply, self._release = hostname, state, apply, model.release
        self.internal: dict[str, int] = {}
        self._user: tuple[str, str] | None = None
        state.mkdir(parents=True, exist_ok=True)
        self._reset()

    def boot(self, startup: str, user: tuple[str, str]) -> list[str]:
        """Load ``startup``, or what was saved before; ``user`` (name, password) is made unless it names users.

        Returns the lines that were refused, with their reasons.
        """
        self._user = user
        text = self.startup_file.read_text(encoding="utf-8") if self.startup_file.exists() else startup
        refused = self._load(text)
        self.keep(STARTUP, render.text(self.running))
        return refused

    def reboot(self) -> None:
        """Every terminal is dropped; what was not saved is gone, and so are sessions, timers and locks."""
        self._reset()
        self._load(self.startup_text())
        self.report("SystemInitMonitor: %SYS-5-SYSTEM_INITIALIZED: System is initialized")
        self.drop_terminals()

    def drop_terminals(self) -> None:
        """Every connection is lost."""
        dropped, self.terminals = self.terminals, {}
        for drop in dropped.values():
            drop()

    @property
    def startup_file(self) -> Path:
        return self._state / STARTUP

    @property
    def state_folder(self) -> Path:
        return self._state

    @property
    def hostname(self) -> str:
        return self.running.hostname or "localhost"

    @property
    def release(self) -> str:
        return self.faults.release or self._release

    @property
    def version(self) -> str:
        """``4.34.0F-41641815.4340F``"""
        return f"{self.release}-{BUILD}.{self.release.replace('.', '')}"

    @property
    def operation(self) -> Operation:
        return Operation(self.running, self.links)

    @property
    def device_line(self) -> str:
        return f"! device: {self.hostname} (cEOSLab, EOS-{self.version} (engineering build))"

    @property
    def uptime(self) -> float:
        return self.clock() - self.booted

    def refresh(self) -> None:
        """Every port that is there has its section, in sessions too; one that has just come is configured."""
        ports = list(self.links.ports())
        fresh = [port for port in ports if port not in self.running.interfaces]
        opened = self.sessions.by_name.values()
        for config in (self.running, *(config for session in opened for config in (session.config, session.base))):
            for port in ports:
                if port not in config.interfaces:
                    config.interfaces[port] = Interface()
        if fresh:
            self.changed()

    def changed(self) -> None:
        """The running configuration is another one: the kernel follows."""
        self.internal = internal.allocated(self.running, self.internal)
        self._apply(self.running, self.links.ports())

    def follow(self) -> None:
        """Ports that came or went since the last change, and a commit timer that has run out."""
        transactions.expire(self)
        self.refresh()
        self.changed()

    def wake(self, seconds: float) -> None:
        """Look for an expired commit timer then; without an event loop whoever types a line looks."""
        try:
            asyncio.get_running_loop().call_later(seconds + LATE, transactions.expire, self)
        except RuntimeError:
            return

    def may_enter(self, user: str, password: str) -> bool:
        known = self.running.users.get(user)
        return not self.faults.refuse_login and known is not None and edit_system.is_password(known, password)

    def banner(self, kind: str) -> str:
        """The text of `banner login` or `banner motd`, empty where there is none."""
        texts = (block.children[:-1] for block in self.running.verbatim if block.line == f"banner {kind}")
        return "".join(f"{line.line}\n" for text in texts for line in text)

    def may_enter_with(self, user: str, key: str) -> bool:
        """``key``: a public one in the form of OpenSSH; the comment behind it does not count."""
        known = self.running.users.get(user)
        if self.faults.refuse_login or known is None or known.key is None:
            return False
        return known.key.split()[:2] == key.split()[:2]

    def starts_privileged(self, user: str) -> bool:
        """Without exec authorization everybody begins in user exec, whatever the privilege."""
        return has_line(self.running.verbatim, EXEC_AUTHORIZATION) and self.running.users[user].privilege == 15

    def editor(self, config: Config) -> Editor:
        """Somewhere to type lines for ``config``."""
        return Editor(config, self.is_present, lambda: self.internal.values())

    def is_present(self, port: str) -> bool:
        return port in self.links.ports()

    def report(self, message: str) -> None:
        self.log.add(self.hostname, message, self.running.verbatim)

    def save(self, actor: Actor) -> None:
        """The running configuration becomes what the switch boots with."""
        self.keep(STARTUP, render.text(self.running))
        self.saved_at, self.saved_by = self.clock(), actor.user
        self.report(f"ConfigAgent: %SYS-5-CONFIG_STARTUP: Startup config saved from system:/running-config by {actor}.")

    def startup_text(self) -> str:
        return self.startup_file.read_text(encoding="utf-8")

    def unsaved(self) -> str:
        """`show running-config diffs`; empty when there is nothing to save."""
        saved, running = self.startup_text(), render.text(self.running)
        return "" if saved == running else sessions.unified(saved, running, SAVED_AND_RUNNING)

    def session_diff(self, session: Session) -> str:
        self.faults.meddle(self)
        return sessions.diff(session, self.running, self.device_line)

    def keep(self, name: str, text: str) -> None:
        """Never half a file, whenever the process is killed."""
        path = self._state / f".{name}.new"
        path.write_text(text, encoding="utf-8")
        path.replace(self._state / name)

    def _reset(self) -> None:
        self.booted = self.clock()
        self.sessions, self.latch = Sessions(self.clock), Latch()
        self.running = initial()
        self.internal = {}

    def _load(self, text: str) -> list[str]:
        refused = modes.load(self.running, blocks.parse(text))
        self.running.hostname = self.running.hostname or self._name
        if self._user is not None and self._user[0] not in self.running.users:
            modes.load(self.running, [Block(f"username {self._user[0]} privilege 15 secret {self._user[1]}")])
        self.refresh()
        self.changed()
        return refused
