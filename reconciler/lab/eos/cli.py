"""One terminal on the switch: its prompt, and the answer to each line that is typed at it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from . import (
    edit_system,
    exec_files,
    exec_lock,
    executive,
    modes,
    show_configuration,
    show_interfaces,
    show_ipv6,
    show_neighbours,
    show_routes,
    show_running,
    show_status,
    show_switchport,
    show_system,
    show_vlan,
    transactions,
    verbatim,
)
from .config import Config
from .editor import Editor
from .grammar import Grammar
from .refusal import UNPRIVILEGED, Refused
from .sessions import Session
from .shown import Reply, Shows, View, reply
from .switch import Switch
from .syslog import Actor

PIPE = re.compile(r"\s+\|\s*")
SHOWS: tuple[Shows, ...] = (
    show_configuration.COMMANDS,
    show_interfaces.COMMANDS,
    show_ipv6.COMMANDS,
    show_neighbours.COMMANDS,
    show_routes.COMMANDS,
    show_running.COMMANDS,
    show_status.COMMANDS,
    show_switchport.COMMANDS,
    show_system.COMMANDS,
    show_vlan.COMMANDS,
)
SHOWN_TO_PRIVILEGED = ("show running-config", "show startup-config", "show session-config")
BAD_SECRET = "% Bad secret"  # noqa: S105 - what EOS answers
CONFIGURATION_PROMPT = 6
"""Letters of a session's name in the prompt."""
_processes = itertools.count(2001)


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: what it does, its nature (``show``, ``act``, ``edit``), who may give it, whether a lock counts."""

    run: Callable[..., Any]
    nature: str
    privileged: bool = False
    guarded: bool = False


class Cli:
    """Not tied to a connection. ``length``: lines of a screen, 0 without pauses, absent: as the terminal says.

    ``asked``: the next line is the secret that `enable` wants to know, and is not echoed.
    """

    def __init__(self, switch: Switch, actor: Actor, *, privileged: bool) -> None:
        self.switch, self.actor, self.privileged = switch, actor, privileged
        self.process = next(_processes)
        self.editor: Editor | None = None
        self.session: Session | None = None
        self.closed = False
        self.length: int | None = None
        self.width = 80
        self.asked = False
        self._boot = switch.sessions

    @property
    def prompt(self) -> str:
        """``ceos(config-s-rec-00-if-Et1)#``"""
        if self.asked:
            return "Password: "
        name = self.switch.hostname + self.switch.faults.tag
        if self.editor is None:
            return name + ("#" if self.privileged else ">")
        if self.editor.banner is not None:
            return ""
        parts = ["config"]
        parts += [f"s-{self.session.name[:CONFIGURATION_PROMPT]}"] if self.session else []
        parts += [self.editor.mode.label] if self.editor.mode.label else []
        return f"{name}({'-'.join(parts)})#"

    def execute(self, line: str) -> Reply:
        """The answer to ``line``; what is refused is answered, too."""
        faults = self.switch.faults
        touched = self.actor.terminal != executive.CONSOLE
        if touched and faults.reboots(line, behind=False):
            self.switch.reboot()
        if self._is_over():
            return Reply()
        try:
            reply = self._answer(line, touched)
        except Refused as reason:
            reply = Reply(f"{reason}\n")
        if touched and faults.reboots(line, behind=True):
            self.switch.reboot()
        if self._is_over():
            return Reply()
        return Reply(faults.injected(reply.text), reply.paged) if touched and faults.syslog else reply

    def leave(self) -> None:
        """The terminal is gone; its session stays pending, its lock does not stay."""
        self.leave_configuration()
        self.switch.latch.leave(self.process)

    def leave_configuration(self) -> None:
        """Back to exec; a session stays pending."""
        if self.editor is not None:
            executive.left(self)
        if self.session is not None:
            self.session.seats.pop(self.process, None)
        self.editor = self.session = None

    def _follow(self) -> None:
        """The running configuration is another object after somebody's commit; a session may be gone."""
        if self.session is not None and self.session.state != "pending":
            self.editor = self.session = None
        if self.editor is not None and self.session is None:
            self.editor.config = self.switch.running

    def _is_over(self) -> bool:
        """A reboot ends every terminal."""
        if self._boot is not self.switch.sessions:
            self.closed, self.editor, self.session = True, None, None
        return self.closed

    def _answer(self, line: str, touched: bool) -> Reply:
        """Raises: Refused."""
        transactions.expire(self.switch)
        self.switch.refresh()
        self._follow()
        refusal = self.switch.faults.refused(line) if touched else None
        if refusal is not None:
            raise Refused(refusal)
        return self._execute(line)

    def _execute(self, typed: str) -> Reply:
        if self.asked:
            return self._told(typed)
        line = typed.strip()
        if self.editor is not None and self.editor.banner is not None:
            return self._edited(lambda editor: verbatim.banner_line(editor, typed))
        if not line or (line.startswith("!") and not self._keeps_comments(line)):
            return Reply()
        if self.editor is not None and verbatim.belongs_inside(self.editor, line):
            return self._edited(lambda editor: verbatim.take(editor, line))
        command, *filters = PIPE.split(line) if "show".startswith(line.split()[0].lower()) else [line]
        try:
            match = _grammar(self._kind).match(command)
        except Refused as reason:
            if self.editor is None or modes.is_final(self.editor, reason):
                raise
            return self._edited(lambda editor: verbatim.take(editor, line))
        return self._run(match.command, match.arguments, filters)

    def _run(self, entry: Entry, arguments: dict[str, Any], filters: list[str]) -> Reply:
        if entry.privileged and not self.privileged:
            raise Refused(UNPRIVILEGED)
        if entry.guarded:
            self.switch.latch.check(self.process)
        if entry.nature == "show":
            return reply(entry.run(View(self.switch, self.session, self.process), **arguments), filters)
        if entry.nature == "edit":
            return self._edited(lambda editor: modes.run(editor, entry.run, arguments))
        return _lines(entry.run(self, **arguments))

    def _keeps_comments(self, line: str) -> bool:
        """``!!`` begins a comment that a section keeps."""
        return line.startswith("!! ") and self.editor is not None and self.editor.mode.kind in ("interface", "block")

    def _told(self, secret: str) -> Reply:
        """Raises: Refused."""
        self.asked = False
        stored = self.switch.running.enable
        if stored is not None and not edit_system.opens(stored, secret):
            raise Refused(BAD_SECRET)
        self.privileged = True
        return Reply()

    def _edited(self, change: Callable[[Editor], str | None]) -> Reply:
        """In a session nothing else happens; without one the kernel follows at once."""
        assert self.editor is not None
        if self.session is not None:
            return _lines(change(self.editor))
        self.switch.latch.check(self.process)
        before: Config = self.editor.config.copy()
        notices = change(self.editor)
        if self.editor.config != before:
            self.switch.changed()
        return _lines(notices)

    @property
    def _kind(self) -> str | None:
        return self.editor.mode.kind if self.editor else None


def _lines(text: str | None) -> Reply:
    return Reply(f"{text}\n" if text else "")


@cache
def _grammar(kind: str | None) -> Grammar[Entry]:
    """The commands of exec (None) or of a configuration mode."""
    grammar: Grammar[Entry] = Grammar()
    for pattern, entry in _entries(kind):
        grammar.add(pattern, entry)
    return grammar


def _entries(kind: str | None) -> Iterator[tuple[str, Entry]]:
    for commands in SHOWS:
        for pattern, show in commands.items():
            yield pattern, Entry(show, "show", privileged=pattern.startswith(SHOWN_TO_PRIVILEGED))
    yield from ((pattern, Entry(act, "act")) for pattern, act in executive.ALWAYS.items())
    for acts in (executive.PRIVILEGED, exec_files.PRIVILEGED, exec_lock.PRIVILEGED):
        yield from ((pattern, Entry(act, "act", privileged=True)) for pattern, act in acts.items())
    for acts in (executive.GUARDED, exec_files.GUARDED):
        yield from ((pattern, Entry(act, "act", privileged=True, guarded=True)) for pattern, act in acts.items())
    if kind is not None:
        yield from ((pattern, Entry(act, "act")) for pattern, act in executive.CONFIGURING.items())
        guarded = executive.COMMITTING.items()
        yield from ((pattern, Entry(act, "act", guarded=True)) for pattern, act in guarded)
        yield from ((pattern, Entry(edit, "edit")) for pattern, edit in modes.commands_of(kind))
