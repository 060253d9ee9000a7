"""What can go wrong with a switch on purpose: `lab fault NAME ...` at its console, `lab fault clear` ends all.

What each does is said once, in ``FAULTS``. LINE is a configuration line, parts are separated by `` ; ``; REGEX is
searched in what is typed, ``at`` it means before the line is carried out, ``behind`` it means carried out and not
answered. What another user does is done by ``other`` on a terminal of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING

from . import names, sessions, transactions
from .edit_system import HOSTNAME
from .faults import REFUSALS, Faults, Half, Refusal, Trigger, type_in
from .lock import Lock
from .refusal import INVALID, Refused
from .sessions import Session
from .syslog import Actor

if TYPE_CHECKING:
    from .switch import Switch

OTHER = Actor("other", "vty99", "192.0.2.99")
PROCESS = -1
"""The process number of the other user's terminal."""
FOREIGN = "foreign-"
TIMER = FOREIGN + "timer"
MESSAGE = "Nov 21 15:20:41 ceos ConfigAgent: %SYS-5-CONFIG_I: Configured from console by other on vty99 (192.0.2.99)"
RELEASES = {"4.31": "4.31.2F", "4.34": "4.34.0F"}
ANY = re.compile("")


@dataclass(frozen=True, slots=True)
class Fault:
    """``arguments`` as a usage line says them; ``do`` raises ValueError for others, Refused where EOS refuses."""

    name: str
    arguments: str
    summary: str
    do: Callable[[Switch, str], None]

    @property
    def usage(self) -> str:
        return f"{self.name} {self.arguments}".strip()


def command(switch: Switch, words: str) -> str:
    """Carries out what stands behind `lab fault`; the answer to it, empty where it is done."""
    name, _, rest = words.strip().partition(" ")
    fault = next((fault for fault in FAULTS if fault.name == name), None)
    if fault is None:
        near = get_close_matches(name, [fault.name for fault in FAULTS], n=1)
        hint = f"did you mean {near[0]}?" if near else "known are " + ", ".join(fault.name for fault in FAULTS)
        return f"% There is no fault {name!r}; {hint}\n"
    try:
        fault.do(switch, rest.strip())
    except (ValueError, re.error):
        return f"% lab fault {fault.usage}\n"
    except Refused as reason:
        return f"{reason}\n"
    return ""


def _clear(switch: Switch, _rest: str) -> None:
    """Nothing is broken any more, and nothing of the other user's is left but what it has committed."""
    for attribute in fields(Faults):
        setattr(switch.faults, attribute.name, getattr(Faults(), attribute.name))
    if switch.sessions.timer is not None and switch.sessions.timer.name == TIMER:
        transactions.end_timer(switch, "completed")
    for session in [s for s in switch.sessions.by_name.values() if s.name.startswith(FOREIGN)]:
        del switch.sessions.by_name[session.name]
    switch.latch.leave(PROCESS)


def _flag(attribute: str) -> Callable[[Switch, str], None]:
    def do(switch: Switch, rest: str) -> None:
        _nothing(rest)
        setattr(switch.faults, attribute, True)

    return do


def _refusal(name: str) -> Callable[[Switch, str], None]:
    def do(switch: Switch, rest: str) -> None:
        _nothing(rest)
        pattern, answer = REFUSALS[name]
        switch.faults.refusals[name] = Refusal(re.compile(rf"^\s*(?:{pattern})", re.IGNORECASE), answer)

    return do


def _reject(switch: Switch, rest: str) -> None:
    switch.faults.refusals["reject-line"] = Refusal(re.compile(_something(rest)), INVALID)


def _trigger(rest: str) -> Trigger:
    """Without words: at the next line, whatever it is."""
    word, _, pattern = rest.partition(" ")
    if not rest:
        return Trigger(ANY)
    if word not in ("at", "behind"):
        raise ValueError(rest)
    return Trigger(re.compile(_something(pattern.strip())), word == "behind")


def _hang(switch: Switch, rest: str) -> None:
    switch.faults.hang = _trigger(rest)


def _cut(switch: Switch, rest: str) -> None:
    word, _, number = rest.partition(" ")
    if word == "after":
        switch.faults.cut_after = _count(number)
    elif rest == "now":
        switch.drop_terminals()
    else:
        switch.faults.cut = _trigger(rest)


def _reboot(switch: Switch, rest: str) -> None:
    if not rest or rest.isdecimal():
        switch.reboot()
        switch.faults.login_closed_until = switch.clock() + float(rest or 0)
    else:
        switch.faults.reboot = _trigger(rest)


def _slow(switch: Switch, rest: str) -> None:
    seconds = float(rest)
    if not 0 <= seconds <= 3600:
        raise ValueError(rest)
    switch.faults.slow = seconds


def _half(switch: Switch, rest: str) -> None:
    count, _, prompt = rest.partition(" ")
    if prompt not in ("", "prompt"):
        raise ValueError(rest)
    switch.faults.half = Half(_count(count), bool(prompt))


def _chunks(switch: Switch, rest: str) -> None:
    switch.faults.chunks = _count(rest or "20")


def _syslog(switch: Switch, rest: str) -> None:
    switch.faults.syslog = rest or MESSAGE


def _supervisor(switch: Switch, rest: str) -> None:
    _nothing(rest)
    switch.faults.tag = "(s1)"


def _dialect(switch: Switch, rest: str) -> None:
    if rest not in RELEASES:
        raise ValueError(rest)
    switch.faults.release = RELEASES[rest]


def _rename(switch: Switch, rest: str) -> None:
    if not HOSTNAME.fullmatch(rest):
        raise ValueError(rest)
    type_in(switch, [f"hostname {rest}"])


def _open(switch: Switch, name: str) -> Session:
    session = switch.sessions.open(name, switch.running, OTHER.user)
    session.seats[PROCESS] = OTHER
    return session


def _session(switch: Switch, rest: str) -> None:
    _nothing(rest)
    _open(switch, f"{FOREIGN}0")


def _full(switch: Switch, rest: str) -> None:
    _nothing(rest)
    for number in range(switch.running.most_pending(sessions.MOST_PENDING)):
        if len(switch.sessions.pending()) < switch.running.most_pending(sessions.MOST_PENDING):
            _open(switch, f"{FOREIGN}{number}")


def _timer(switch: Switch, rest: str) -> None:
    seconds = _count(rest or "600")
    transactions.commit(switch, _open(switch, TIMER).name, OTHER, seconds)


def _lock(switch: Switch, rest: str) -> None:
    switch.latch.take(Lock(PROCESS, OTHER, switch.clock(), reason=rest))


def _foreign_commit(switch: Switch, rest: str) -> None:
    type_in(switch, _lines(rest))


def _session_extra(switch: Switch, rest: str) -> None:
    switch.faults.session_extra = _lines(rest)


def _port_down(switch: Switch, rest: str) -> None:
    found = names.parse(_something(rest).split())
    if found is None:
        raise ValueError(rest)
    switch.faults.ports_down_next |= set(found[0])


def _lines(rest: str) -> list[str]:
    return [line.strip() for line in _something(rest).split(";")]


def _something(rest: str) -> str:
    if not rest:
        raise ValueError("something is missing")
    return rest


def _nothing(rest: str) -> None:
    if rest:
        raise ValueError(rest)


def _count(text: str) -> int:
    if not 0 < int(text) < 10**9:
        raise ValueError(text)
    return int(text)


FAULTS = (
    Fault("clear", "", "nothing is broken any more; sessions, timer and lock of the other user are gone", _clear),
    Fault("refuse-login", "", "no password is right", _flag("refuse_login")),
    Fault("hang", "[at|behind REGEX]", "no answer any more, on that connection for good", _hang),
    Fault("slow", "SECONDS", "every answer comes this much later", _slow),
    Fault("reject-line", "REGEX", "lines that match are `% Invalid input`", _reject),
    Fault("cut", "[now | at|behind REGEX | after BYTES]", "connections are lost: all, or one at its next line", _cut),
    Fault("half-answer", "BYTES [prompt]", "the next longer answer ends there; nothing follows, or the prompt", _half),
    Fault("chunks", "[BYTES]", "output comes in pieces of up to BYTES (20), with pauses", _chunks),
    Fault("double-echo", "", "every line is echoed twice", _flag("double_echo")),
    Fault("syslog", "[TEXT]", "a message of the log stands in the middle of every answer", _syslog),
    Fault("supervisor", "", "prompts say `(s1)` behind the host name, as on a chassis", _supervisor),
    Fault("reboot", "[SECONDS | at|behind REGEX]", "a reboot, now (logins refused for SECONDS) or then, once", _reboot),
    Fault("foreign-session", "", "another user has a pending session", _session),
    Fault("full-sessions", "", "another user has all pending sessions that are left", _full),
    Fault("foreign-timer", "[SECONDS]", "another user's commit timer runs, for SECONDS (600)", _timer),
    Fault(
        "internal-sessions", "", "EOS lists `cfg-` sessions of its own while a timer runs", _flag("internal_sessions")
    ),
    Fault("lock", "[REASON]", "another user holds the configuration lock", _lock),
    Fault("foreign-commit", "LINE", "another user changes the running configuration now", _foreign_commit),
    Fault(
        "session-extra", "LINE", "the same while the next session is open, before its diff or commit", _session_extra
    ),
    Fault("rename", "NAME", "another user changes the host name", _rename),
    Fault("dialect", "4.31|4.34", "another EOS: its version, and how it tells of sessions", _dialect),
    Fault("no-timer", "", "`commit timer` is `% Invalid input`", _refusal("no-timer")),
    Fault("no-sessions", "", "`configure session` is `% Unavailable command`", _refusal("no-sessions")),
    Fault("fail-commit", "", "commits are `% Cannot commit`", _refusal("fail-commit")),
    Fault("fail-save", "", "saving to startup is an error", _refusal("fail-save")),
    Fault("port-down", "PORT", "the port loses its carrier at the next commit", _port_down),
    Fault("refuse-after-commit", "", "no password is right after the next commit", _flag("refuse_login_next")),
)
