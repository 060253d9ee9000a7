"""What is written to the history together, in one transaction, in the order in which it was heard."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from reconciler.core.words import plural
from reconciler.report.event import Event
from reconciler.report.mistake import mistake
from reconciler.sinks.journal import documents
from reconciler.sinks.journal.documents import Deployed
from reconciler.sinks.journal.entry import Work, changes_of
from reconciler.sinks.journal.recording import begin, record, settle
from reconciler.sinks.journal.rows import Row, insert

MOST = 20_000
"""Events and changes that wait in memory while nothing can be written, some ten megabytes; older ones are lost."""
AT_ONCE = 500
"""Events in one transaction."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Events for which there was no room. Times in seconds since the epoch."""

    count: int
    first: float
    last: float

    def write(self, connection: sqlite3.Connection) -> None:
        words = f"{plural(self.count, 'event')} could not be kept until the history could be written again"
        row = Row(kind="lost", began=self.first, ended=max(self.first, self.last), outcome="done", words=words)
        insert(connection, row)


class Heard:
    """Events that wait to be written, as many as there is room for, in their order."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._weight = 0
        self.lost: Lost | None = None

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> None:
        self._events.append(event)
        self._weight += _weight(event)
        while self._weight > MOST and len(self._events) > 1:
            self._lose(self._events.popleft())

    def take(self) -> list[Event]:
        """Some, the oldest, which are not here from now on."""
        taken = [self._events.popleft() for _ in range(min(AT_ONCE, len(self._events)))]
        self._weight -= sum(map(_weight, taken))
        return taken

    def put_back(self, taken: Sequence[Event]) -> None:
        """They could not be written."""
        self._events.extendleft(reversed(taken))
        self._weight += sum(map(_weight, taken))
        while self._weight > MOST and len(self._events) > 1:
            self._lose(self._events.popleft())

    def _lose(self, event: Event) -> None:
        self._weight -= _weight(event)
        before = self.lost or Lost(0, event.at, event.at)
        self.lost = Lost(before.count + 1, min(before.first, event.at), max(before.last, event.at))


@dataclass(slots=True, eq=False)
class Beginning:
    """Work that may not begin before it stands in the file. ``trouble``: why it does not."""

    work: Work
    at: float
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """``still``: episodes that went on over a restart, None: there was none. ``is_stored``: ``deployed`` was, once."""

    events: Sequence[Event]
    beginning: Sequence[Beginning] = ()
    deployed: Deployed | None = None
    is_stored: bool = False
    still: Collection[str] | None = None
    lost: Lost | None = None
    now: float = 0.0
    mistakes: list[str] = field(default_factory=list)

    def write(self, connection: sqlite3.Connection) -> None:
        """Once or, into a new file, again. What is a mistake of ours is left out, and told. Raises: sqlite3.Error."""
        self.mistakes.clear()
        if self.still is not None:
            self._try(connection, "what a restart has ended", partial(settle, connection, self.still, self.now))
        if self.deployed is not None and not (self.is_stored and documents.has(connection, self.deployed.revision)):
            self._try(connection, "the documents", partial(documents.put, connection, self.deployed, self.now))
        if self.lost is not None:
            self.lost.write(connection)
        for event in self.events:
            self._try(connection, f"{event.kind} {event.device}", partial(record, connection, event))
        for one in self.beginning:
            one.trouble = _alone(connection, partial(begin, connection, one.work, one.at))

    def _try(self, connection: sqlite3.Connection, what: str, write: Callable[[], None]) -> None:
        if why := _alone(connection, write):
            self.mistakes.append(f"not in the history: {what}: {why}")


def _alone(connection: sqlite3.Connection, write: Callable[[], None]) -> str:
    """Nothing of it is written where it is a mistake of ours, and all else is; what that is. Raises: sqlite3.Error."""
    connection.execute("SAVEPOINT alone")
    try:
        write()
    except Exception as error:
        if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
            raise  # the file's, not that of what is written
        connection.execute("ROLLBACK TO alone")
        return mistake(error)
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE alone")
    return ""


def _weight(event: Event) -> int:
    return 1 + len(changes_of(event))
