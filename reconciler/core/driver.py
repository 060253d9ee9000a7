"""The seam: a driver knows a device's language and does no I/O, a transport carries text and knows no language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from reconciler.core.change import Change
from reconciler.core.interlock import Expects
from reconciler.core.resource import Key, Resource, State
from reconciler.core.watching import Program
from reconciler.core.way import Way


class Unreadable(Exception):
    """An answer that cannot be understood, or only in part: the device is unknown, never empty."""


class Stays(ValueError):
    """What of a plan cannot be deleted, since something that is not ours needs it; all else can be done without it."""

    def __init__(self, key: Key, reason: str) -> None:
        super().__init__(f"{key} cannot be deleted: {reason}")
        self.key, self.reason = key, reason


class Unreachable(Exception):
    """A device that does not answer, refuses the login, or broke off; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device said to one question. ``status`` is the exit status (0 on a switch), ``error`` its stderr.

    ``client``: our own end of the connection, where the device cannot be asked and the transport knows it.
    ``greeting``: what the device has said when the connection was opened, by question.
    """

    text: str
    status: int = 0
    error: str = ""
    client: str = ""
    greeting: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that changes a device, with the change that needs it; ``program`` is empty on a switch."""

    program: str
    text: str
    change: Change

    def __str__(self) -> str:
        return f"{self.program} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Script:
    """What to send: ``makes``, and only if every line of it worked, ``breaks``.

    ``notes``: what somebody should know before it is sent. ``expects``: what has to be as it was read, or nothing is
    sent (`Failure.nature` ``stale``).
    """

    makes: tuple[Line, ...] = ()
    breaks: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    expects: Expects | None = field(default=None, compare=False, repr=False)

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.makes + self.breaks


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that the device refused, or (``line`` is None) a reason why the result of a batch is not known.

    ``nature``: ``stale`` if nothing was changed because the device was not any more as it had been read: look again.
    ``warning`` if everything was carried out, and there is still something to say.
    """

    line: Line | None
    reason: str
    nature: Literal["failed", "stale", "warning"] = "failed"


def serious(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """Without what is only said."""
    return tuple(failure for failure in failures if failure.nature != "warning")


@dataclass(frozen=True, slots=True)
class Advice:
    """What somebody should change on a device that works against us: ``text``, in words.

    It matters where entries of ``kinds`` are wanted on ``interface`` (empty: anywhere).
    """

    text: str
    kinds: frozenset[str]
    interface: str = ""

    def concerns(self, resource: Resource) -> bool:
        return resource.kind in self.kinds and (not self.interface or self.interface in resource.needs)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything a device has, as far as it could be read.

    ``unread``: kind -> why it could not be read; such kinds are unknown and not planned.
    ``session``: key -> why it must not be touched: what carries our own session.
    ``way``: how the device's packets find back to us, where that is known: nothing new may lead them elsewhere.
    ``dialects``: kind -> in which form this device takes it (an API version), where there are several.
    ``facts``: what the device knows of others, by the name of the part that read it.
    ``frozen``: key -> why this one is not understood in full: it is unknown, not planned, and not in ``found``;
    ``partial`` holds what could be understood of it.
    ``kept``: key -> why it is not pruned, although it may be ours.
    ``advice``: who else on the device works against us, and how to end it.
    ``witness``: question -> digest of the last answer that meant this reading (`core.interlock`); its driver keeps it
    up. Whoever foretells a reading gives none.
    """

    found: State
    unread: Mapping[str, str] = field(default_factory=dict)
    session: Mapping[Key, str] = field(default_factory=dict)
    dialects: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    way: Way | None = None
    frozen: Mapping[Key, str] = field(default_factory=dict)
    partial: State = field(default_factory=dict)
    kept: Mapping[Key, str] = field(default_factory=dict)
    advice: Sequence[Advice] = ()
    witness: MutableMapping[str, str] = field(default_factory=dict, compare=False, repr=False)


class Claim(Protocol):
    """What on one device is ours: read from the resource itself, with no memory of our own."""

    def owns(self, resource: Resource) -> bool: ...

    def otherwise(self, resource: Resource) -> str:
        """Who else would put a resource of ours right, and when; empty: nobody."""
        ...


class Tolerance(Protocol):
    """What of a device that is only watched may differ from what is wanted."""

    def beyond(self, changes: Iterable[Change], found: State) -> list[Change]:
        """Those of the differences that somebody has to look at; ``found`` is all that the device has."""
        ...


class Driver(Protocol):
    """All we know about one system, and nothing of how to reach it. Pure."""

    @property
    def kinds(self) -> Sequence[type[Resource]]: ...

    @property
    def questions(self) -> Sequence[str]: ...

    def read(self, answers: Sequence[Answer]) -> Reading:
        """Raises: Unreadable."""
        ...

    def write(self, changes: Sequence[Change], reading: Reading) -> Script:
        """Lines that carry the changes out on the device that was read as ``reading``.

        Raises: Stays; ValueError for what the device must not be told.
        """
        ...


@runtime_checkable
class Saves(Protocol):
    """A driver of devices that boot with another configuration than the running one, unless it is saved."""

    def saving(self, reading: Reading, owns: Callable[[Resource], bool]) -> Script | None:
        """What saves the state that was read; None: it is not to be saved.

        ``owns``: what of it is ours: nobody else's unsaved change is saved.
        """
        ...


class Rumours(Protocol):
    """What was heard of one device since it was read. Pure; not for use by two watches."""

    @property
    def quick(self) -> bool:
        """Whether a quick reading (`ReadsQuickly`) shows all that the last news was about."""
        ...

    def takes(self, line: str) -> bool:
        """Whether a line is for this part of a device, where several programs tell of it; the first part takes all."""
        ...

    def hear(self, line: str) -> None:
        """One line of the watch. Costs a few µs and no more memory than for a bounded number of entries."""
        ...

    def news(self, reading: Reading, desired: State, owns: Callable[[Resource], bool]) -> str:
        """Why the device has to be read again; empty if ``reading`` shows all that was heard. Then it is forgotten.

        Once the last event of each entry was judged against a reading that was begun after it, and there was no news,
        this reading is what the device has, in all that is ``desired`` or owned.
        """
        ...


@runtime_checkable
class Watches(Protocol):
    """A driver of devices that tell of changes as they happen."""

    @property
    def programs(self) -> Sequence[Program]: ...

    @property
    def watch(self) -> str:
        """Shell text that streams events on its standard output until its standard input ends (`core.watching`)."""
        ...

    def rumours(self) -> Rumours:
        """A fresh one for each time that the watch is begun."""
        ...


@runtime_checkable
class ReadsQuickly(Protocol):
    """A driver that can leave out what is slow to ask for, and keep what was read of it before."""

    @property
    def quick_questions(self) -> Sequence[str]: ...

    def read_quickly(self, answers: Sequence[Answer], last: Reading) -> Reading:
        """``last``: a reading by the same driver. Raises: Unreadable."""
        ...


class Transport(Protocol):
    """A way to reach one device, kept open. The only place with device I/O."""

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        """All answers, in order, in one round trip where the device can. Raises: Unreachable."""
        ...

    async def apply(self, script: Script) -> Sequence[Failure]:
        """Send it; no failures means that every line was taken. Raises: Unreachable."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Streams(Protocol):
    """A transport that can also keep a second way open, on which a device tells of changes."""

    async def watch(self, command: str, heard: Callable[[str], None]) -> None:
        """Run shell text until it ends, or the caller is cancelled; ``heard`` is called with each line.

        It never returns. Raises: Unreachable, with the reason why nothing is heard any more.
        """
        ...
