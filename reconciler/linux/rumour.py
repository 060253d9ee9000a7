"""What was heard of a node since it was read, and whether the reading already shows it. Pure.

Whoever judges all that was heard against a reading that was begun later, and hears of no news, knows that this reading
is what the node has, in all that is wanted or ours. In doubt there is news: a reading costs 20 ms, a missed event 90 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from reconciler.core.driver import Reading
from reconciler.core.resource import Key, Resource, State
from reconciler.core.watching import AGAIN, ENDED, READY, STDERR
from reconciler.linux.address import Address
from reconciler.linux.claim import POD_DEVICES, matches
from reconciler.linux.link import Link
from reconciler.linux.monitor import Told, told
from reconciler.linux.monitor_link import Shown, shown
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.linux.standing import Standing

MOST = 4096
"""Different entries that are kept in mind; where more have changed, everything may have."""
ADDED, DELETED, GONE = 1, 2, 4
"""What has happened to an entry since the last judgement: that, that, and that it was deleted last."""
DELETION = "Deleted "
CONTINUED = "\t"
"""`ip -d` tells of a route's next hop object on a second line."""
OF_THE_WATCH = (READY, f"{ENDED} ", f"{AGAIN} ", STDERR)
Event = tuple[Told, int]


class LinuxRumours:
    """Keeps each entry once, in the words of the event, in the order in which they were last heard of.

    Not understood before somebody asks: in a storm of events only the last of each entry costs more than 1 µs.
    """

    quick = True

    def __init__(self) -> None:
        self._heard: dict[str, int] = {}
        self._too_many = False
        self._standing: Standing | None = None

    def takes(self, line: str) -> bool:
        return True

    def hear(self, line: str) -> None:
        if self._too_many:
            return
        entry = line.replace(DELETION, "", 1)
        seen = self._heard.pop(entry, 0) & ~GONE
        self._heard[entry] = seen | ADDED if len(entry) == len(line) else seen | DELETED | GONE
        if len(self._heard) > MOST:
            self._heard.clear()
            self._too_many = True

    def news(self, reading: Reading, desired: State, owns: Callable[[Resource], bool]) -> str:
        """Why the node has to be read again; empty if ``reading`` shows all that was heard, which is then forgotten."""
        heard, too_many = self._heard, self._too_many
        self._heard, self._too_many = {}, False
        if too_many:
            return f"more than {MOST} entries changed at once"
        if not heard:
            return ""
        if self._standing is None or not self._standing.fits(reading, desired, owns):
            self._standing = Standing(reading, desired, owns)
        return _Judge(self._standing).news(heard)


class _Judge:
    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._found = standing.reading.found
        self._entries: dict[Key, list[Event]] = {}
        self._links: dict[str, list[tuple[Shown, int]]] = {}

    def news(self, heard: dict[str, int]) -> str:
        for text, happened in heard.items():
            try:
                reason = self._sort(text, happened)
            except (ValueError, LookupError, TypeError, StopIteration):
                return f"heard what is not understood: {text[:200]!r}"
            if reason:
                return reason
        return self._first(self._of_link(*one) for one in self._links.items()) or self._first(
            self._of_entry(*one) for one in self._entries.items()
        )

    @staticmethod
    def _first(reasons: Iterable[str]) -> str:
        return next(filter(None, reasons), "")

    def _sort(self, text: str, happened: int) -> str:
        """Put an event to the others of its entry, or tell at once why it is news."""
        label, _, rest = text.partition("]")
        match label:
            case "[LINK":
                link = shown(rest)
                self._links.setdefault(link.ifname, []).append((link, happened))
            case "[RULE":
                return self._of_rule(" ".join(rest.split()), happened)
            case "[NEXTHOP":
                return "a next hop object changed" if self._standing.uses_nexthops else ""
            case _ if text.startswith(CONTINUED):
                return ""
            case _ if text.startswith(OF_THE_WATCH):
                return f"the watch says: {text[:200]}"
            case _:
                said = told(text)
                if said is not None:
                    self._entries.setdefault(said.key, []).append((said, happened))
        return ""

    def _of_entry(self, key: Key, events: Sequence[Event]) -> str:
        last, happened = events[-1]
        now, read = None if happened & GONE else last.resource, self._found.get(key)
        if now == read and not _was_elsewhere(read, events):
            return ""
        if self._standing.concerns(key, *(said.resource for said, _ in events)) or self._falls_with(key, events):
            return f"{key} {_verb(now is not None, read is not None)}"
        return ""

    def _falls_with(self, key: Key, events: Sequence[Event]) -> bool:
        """An address takes routes along without a word: those from it, and all of an interface that has no other."""
        gone = [said.resource for said, happened in events if happened & DELETED]
        away = [one for one in gone if isinstance(one, Address)]
        return any(self._standing.carries(one.dev, one.local) for one in away)

    def _of_link(self, ifname: str, events: Sequence[tuple[Shown, int]]) -> str:
        """An interface that was down for a moment has dropped its routes: all that was heard has to be as it is."""
        key = Key(Link.kind, ifname)
        read, is_gone = self._found.get(key), bool(events[-1][1] & GONE)
        if read is None and is_gone:
            return ""
        was_deleted = any(happened & DELETED for _, happened in events)
        if isinstance(read, Link) and not was_deleted and all(link.agrees(read) for link, _ in events):
            return f"{key} changed, perhaps its queue" if self._wants_queue(key) else ""
        said = [Link(ifname=ifname, info_kind="unknown", alias=link.alias) for link, _ in events]
        renamed = read is None and not matches(ifname, POD_DEVICES)  # nothing is told of the name that it had
        if renamed or self._standing.concerns(key, *said) or self._standing.carries(ifname):
            return f"{key} {_verb(not is_gone, read is not None)}"
        return ""

    def _wants_queue(self, key: Key) -> bool:
        want = self._standing.desired.get(key)
        return isinstance(want, Link) and want.txqlen is not None

    def _of_rule(self, text: str, happened: int) -> str:
        """An event does not tell a rule's family, and each one that was not read as it is here is news."""
        name, _, protocol = text.partition(" proto ")
        names = (name,) if "." in name and ":" not in name.partition(": ")[2] else (name, f"inet6 {name}")
        live = [self._found.get(Key(Rule.kind, one)) for one in names]
        if happened & GONE:
            return f"rule {name} was deleted" if any(live) else ""
        as_read = [isinstance(one, Rule) and str(one.protocol) == protocol for one in live]
        return "" if all(as_read) else f"rule {name} was added"


def _was_elsewhere(read: Resource | None, events: Sequence[Event]) -> bool:
    """Whether a route or an address may have gone and come back since it was read, with what hung on it gone for good.

    Of several routes with one key the first is read, and one that came back is the last.
    """
    if not isinstance(events[-1][0].resource, Route | Address):
        return False
    return any(happened & DELETED and (happened & ADDED or said.resource == read) for said, happened in events)


def _verb(is_there: bool, was_read: bool) -> str:
    return "was deleted" if not is_there else "changed" if was_read else "was added"
