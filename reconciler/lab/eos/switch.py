"""The switch itself: its running and its startup configuration, sessions, log, and the kernel that follows them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from . import blocks, edit_system, modes, render, sessions
from .config import Block, Config, Interface, has_line
from .editor import Editor
from .faults import Faults
from .links import Links
from .operation import Operation
from .refusal import Refused
from .sessions import CommitTimer, Session, Sessions
from .syslog import Actor, Syslog

VERSION = "4.34.0F-41641815.4340F"
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

SAVED_AND_RUNNING = ("flash:/startup-config", "system:/running-config")
Apply = Callable[[Config, Iterable[str]], None]


def initial() -> Config:
    """The configuration of a switch without startup configuration."""
    config = Config()
    modes.load(config, blocks.parse(BUILT_IN))
    return config


class Switch:
    """Shared by all terminals. Every change goes through `changed`, which the kernel follows before it returns."""

    def __init__(self, hostname: str, state: Path, links: Links, apply: Apply) -> None:
        self.links, self.faults, self.log, self.sessions = links, Faults(), Syslog(), Sessions()
        self.booted = time.time()
        self.running = initial()
        self.saved_at, self.saved_by = self.booted, "root"
        self._name, self._state, self._apply = hostname, state, apply
        state.mkdir(parents=True, exist_ok=True)

    def boot(self, startup: str, user: tuple[str, str]) -> list[str]:
        """Load ``startup``, or what was saved before; ``user`` (name, password) is made unless it names users.

        Returns the lines that were refused, with their reasons.
        """
        text = self.startup_file.read_text(encoding="utf-8") if self.startup_file.exists() else startup
        refused = modes.load(self.running, blocks.parse(text))
        self.running.hostname = self.running.hostname or self._name
        if user[0] not in self.running.users:
            modes.load(self.running, [Block(f"username {user[0]} privilege 15 secret {user[1]}")])
        self.refresh()
        self.changed()
        self._keep_startup()
        return refused

    @property
    def startup_file(self) -> Path:
        return self._state / "startup-config"

    @property
    def state_folder(self) -> Path:
        return self._state

    @property
    def hostname(self) -> str:
        return self.running.hostname or "localhost"

    @property
    def operation(self) -> Operation:
        return Operation(self.running, self.links)

    @property
    def device_line(self) -> str:
        return f"! device: {self.hostname} (cEOSLab, EOS-{VERSION} (engineering build))"

    def refresh(self) -> None:
        """Every port that is there has its section, in sessions too; one that has just come is configured."""
        ports = list(self.links.ports())
        fresh = [port for port in ports if port not in self.running.interfaces]
        for config in (self.running, *(session.config for session in self.sessions.by_name.values())):
            for port in ports:
                config.interfaces.setdefault(port, Interface())
        if fresh:
            self.changed()

    def changed(self) -> None:
        """The running configuration is another one: the kernel follows, and it is written down."""
        self._apply(self.running, self.links.ports())
        self._write("running-config", render.text(self.running))

    def follow(self) -> None:
        """Ports that came or went since the last change."""
        self.refresh()
        self._apply(self.running, self.links.ports())

    def may_enter(self, user: str, password: str) -> bool:
        known = self.running.users.get(user)
        return not self.faults.refuse_login and known is not None and edit_system.is_password(known, password)

    def starts_privileged(self, user: str) -> bool:
        """Without exec authorization everybody begins in user exec, whatever the privilege."""
        return has_line(self.running.verbatim, EXEC_AUTHORIZATION) and self.running.users[user].privilege == 15

    def is_present(self, port: str) -> bool:
        return port in self.links.ports()

    def report(self, message: str) -> None:
        self.log.add(self.hostname, message)

    def save(self, actor: Actor) -> None:
        """The running configuration becomes what the switch boots with."""
        self._keep_startup()
        self.saved_at, self.saved_by = time.time(), actor.user
        self.report(f"ConfigAgent: %SYS-5-CONFIG_STARTUP: Startup config saved from system:/running-config by {actor}.")

    def startup_text(self) -> str:
        return self.startup_file.read_text(encoding="utf-8")

    def unsaved(self) -> str:
        """`show running-config diffs`; empty when there is nothing to save."""
        saved, running = self.startup_text(), render.text(self.running)
        return "" if saved == running else sessions.unified(saved, running, SAVED_AND_RUNNING)

    def session_diff(self, session: Session) -> str:
        self.intrude()
        return sessions.diff(session, self.running, self.device_line)

    def commit(self, name: str, actor: Actor, timer: float | None) -> None:
        """The session's configuration takes the place of the running one. Raises: Refused.

        With ``timer`` (seconds) the old one comes back unless the session is committed once more in time; such a
        second commit, without timer, confirms.
        """
        if self._confirms(name, timer):
            self._confirm(actor)
            return
        session = self.sessions.committable(name)
        self.intrude()
        before, self.running = self.running, session.config.copy()
        self.sessions.finish(session, "completed", actor.user)
        self.changed()
        done = f"User {actor.user} committed configuration session {name} successfully"
        self.report(f"ConfigAgent: %SYS-5-CONFIG_SESSION_COMMIT_SUCCESS: {done} on {actor.terminal} ({actor.address})")
        if timer is not None:
            self._start_timer(session, before, timer, actor)

    def abort(self, name: str, actor: Actor) -> None:
        """Raises: Refused."""
        session = self.sessions.get(name)
        if self.sessions.timer is not None and self.sessions.timer.name == name:
            self._roll_back()
            return
        if session.state != "pending":
            raise Refused(sessions.OVER.format(name=name))
        self.sessions.finish(session, "aborted", actor.user)
        self.report(
            f"ConfigAgent: %SYS-5-CONFIG_SESSION_ABORTED: User {actor.user} aborted configuration session {name}"
            f" on {actor.terminal} ({actor.address})"
        )

    def intrude(self) -> None:
        """The fault `session-extra`: somebody else's lines, typed while a session was open."""
        lines, self.faults.session_extra = self.faults.session_extra, []
        editor = Editor(self.running)
        for line in lines:
            modes.type_in(editor, line)
        if lines:
            self.changed()

    def _confirms(self, name: str, timer: float | None) -> bool:
        return timer is None and self.sessions.timer is not None and self.sessions.timer.name == name

    def _start_timer(self, session: Session, before: Config, seconds: float, actor: Actor) -> None:
        handle = asyncio.get_running_loop().call_later(seconds, self._expire)
        session.state = "committed"
        self.sessions.timer = CommitTimer(session.name, before, time.monotonic() + seconds, handle.cancel)
        clock = f"{int(seconds) // 3600}:{int(seconds) // 60 % 60}:{int(seconds) % 60}"
        self.report(
            f"ConfigAgent: %SYS-5-CONFIG_SESSION_COMMIT_TIMER_STARTED: User {actor.user} committed session"
            f" {session.name} on {actor.terminal} ({actor.address}), with timer {clock}(hr:min:sec)."
        )

    def _confirm(self, actor: Actor) -> None:
        timer = self._end_timer()
        self.report(
            f"ConfigAgent: %SYS-5-CONFIG_SESSION_COMMIT_TIMER_CANCELED: User {actor.user} confirmed session"
            f" {timer.name} on {actor.terminal} ({actor.address})."
        )

    def _expire(self) -> None:
        assert self.sessions.timer is not None
        self.report(
            f"ConfigAgent: %SYS-3-CONFIG_SESSION_COMMIT_TIMER_TIMEDOUT: The commit timer on session"
            f" {self.sessions.timer.name} has expired.The system configuration will be rolled back."
        )
        self._roll_back()

    def _roll_back(self) -> None:
        self.running = self._end_timer().before
        self.refresh()
        self.changed()

    def _end_timer(self) -> CommitTimer:
        timer, self.sessions.timer = self.sessions.timer, None
        assert timer is not None
        timer.cancel()
        self.sessions.get(timer.name).state = "completed"
        return timer

    def _keep_startup(self) -> None:
        self._write("startup-config", render.text(self.running))

    def _write(self, name: str, text: str) -> None:
        """Never half a file, whenever the process is killed."""
        path = self._state / f".{name}.new"
        path.write_text(text, encoding="utf-8")
        path.replace(self._state / name)
