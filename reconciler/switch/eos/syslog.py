"""What a switch says in its log of its configuration: who has changed it, from where, and whether it was ourselves.

A message is a reason to look and a hint at a person, never a fact: syslog is not authenticated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.switch.dialogue import Run
from reconciler.switch.eos.pending import NAME

MARK = "%SYS-"
"""No message without it concerns the configuration; `%LINEPROTO-5-UPDOWN` and the like change no line of it."""
LONGEST = 2048
"""Characters of a message that are looked at (RFC 5424, 6.1: what every receiver should take)."""
LONGEST_WORD = 128

ENTERED, LEFT = "CONFIG_E", "CONFIG_I"
"""Configuration mode, outside of sessions: every line typed between the two is in effect at once (eos.md 7)."""
SESSION_ENTERED = "CONFIG_SESSION_ENTERED"
TIMER_STARTED, TIMED_OUT = "CONFIG_SESSION_COMMIT_TIMER_STARTED", "CONFIG_SESSION_COMMIT_TIMER_TIMEDOUT"
COMMITS = frozenset({"CONFIG_SESSION_COMMIT_SUCCESS", TIMER_STARTED})
"""With `commit timer` EOS says the second when the lines take effect, and the first when they are confirmed."""
CHANGES = COMMITS | {
    LEFT,
    TIMED_OUT,
    "CONFIG_SESSION_COMMIT_TIMER_CANCELED",
    "CONFIG_REPLACE_SUCCESS",
    "SYSTEM_RESTARTED",
    "SYSTEM_INITIALIZED",
}
"""The running configuration may be another one now. CONFIG_STARTUP is none: saving changes what the *next* boot reads,
and nothing in it tells our own `write memory` from that of somebody with the same login."""

TAGGED = re.compile(r"([^%]*)%SYS-[0-7]-((?:CONFIG|SYSTEM)_[A-Z_]{1,60}): ?(.*)", re.DOTALL)
"""The tag is the first thing with a percent sign: what stands behind it may quote anything, a description for one."""
PRIORITY = re.compile(r"<\d{1,3}>")
USER = re.compile(r"User (\S+) |.* by (\S+)(?: on \S+ \([^()]*\))?\.?$")
WHERE = re.compile(r".* on (\S+) \(([^()]*)\)")
"""The last of them: names of files and sessions stand before it."""
SESSION = re.compile(r" session (\S+)")


@dataclass(frozen=True, slots=True)
class Said:
    """One message: ``CONFIG_I``, ``admin`` on ``vty3`` at ``10.0.0.5``. Empty: the message does not tell.

    ``session`` only where it speaks of a configuration session. Every text is printable and short.
    """

    mnemonic: str
    user: str
    terminal: str
    address: str
    session: str
    hostname: str

    @property
    def is_change(self) -> bool:
        return self.mnemonic in CHANGES

    def __str__(self) -> str:
        """Whom to ask: ``admin on vty3 (10.0.0.5), session sess-1``; without a person, what has happened."""
        who = self.user and (f"{self.user} on {self.terminal} ({self.address})" if self.terminal else self.user)
        return ", ".join(filter(None, (who or self.mnemonic, self.session and f"session {self.session}")))


def message(text: str) -> tuple[str, str, str] | None:
    """The head, the mnemonic and the words of a line of the log, or of a syslog message, about the configuration."""
    found = TAGGED.match(text[:LONGEST])
    return None if found is None else (found[1], found[2], found[3].strip())


def heard(text: str) -> Said | None:
    """What a message says of the configuration; None for any other, and for garbage.

    EOS sends ``<PRI>Mmm dd hh:mm:ss HOST AGENT: %TAG: WORDS`` (RFC 3164) with any of its timestamps and, if told to, a
    sequence number; or ``<PRI>1 TIME HOST AGENT - - - %TAG: WORDS`` (`logging format rfc5424`).
    """
    found = message(text)
    if found is None:
        return None
    head, mnemonic, words = found
    user, where = USER.match(words), WHERE.match(words)
    session = SESSION.search(words) if mnemonic.startswith("CONFIG_SESSION_") else None
    return Said(
        mnemonic,
        _word((user[1] or user[2]) if user else ""),
        _word(where[1] if where else ""),
        _word(where[2] if where else ""),
        _word(session[1] if session else ""),
        _word(_hostname(PRIORITY.sub("", head, count=1).split())),
    )


def is_ours(said: Said, run: Run) -> bool:
    """Whether it speaks of a configuration session of this very program.

    Those of another reconciler are somebody else's. Where a switch has no sessions (`transaction: none`) we leave
    CONFIG_I like anybody else: it costs one reading, which finds nothing.
    """
    named = NAME.fullmatch(said.session)
    return named is not None and named[1] == run.name


def is_reason(said: Said, run: Run) -> bool:
    """Whether the switch is worth reading now. That EOS took back a commit of our own is news to us, too."""
    return said.is_change and (said.mnemonic == TIMED_OUT or not is_ours(said, run))


def _hostname(head: Sequence[str]) -> str:
    """Before the agent's name, whatever the timestamp looks like; in RFC 5424 the third field."""
    if head[:1] == ["1"]:
        return head[2] if len(head) > 3 else ""
    words = [word for word in head if not re.fullmatch(r"\d+:", word)]
    return words[-2] if len(words) > 2 else ""


def _word(text: str) -> str:
    """Safe for a terminal, a log and a record."""
    return "".join(letter for letter in text[:LONGEST_WORD] if letter.isprintable())
