"""What `ip -o -d -N monitor link` says of an interface, beside what was read of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reconciler.linux.devices import FELIX_COMPARES
from reconciler.linux.link import Link
from reconciler.linux.words import SAFE_WORD

HEAD = re.compile(r"(\d+): ([^\s@]+?)(?:@\S+)?: <([A-Z0-9_,-]*)> (.*)")
BREAK = "\\    "
ALIAS = f"{BREAK}alias "
ANY = "any"


@dataclass(frozen=True, slots=True)
class Shown:
    """An interface as one event shows it. ``whole``: with all its attributes; a bridge tells less of its ports.

    ``kind``: the words of its kind, which come first: ``vxlan id 4096 …``; empty for hardware.
    """

    ifname: str
    up: bool
    mtu: str
    address: str
    master: str | None
    alias: str | None
    kind: Sequence[str]
    whole: bool

    def agrees(self, link: Link) -> bool:
        """Whether nothing that is shown differs from what was read. The queue's length and WireGuard are not shown."""
        shown = (self.up, self.mtu, self.address)
        if shown != (link.up, str(link.mtu), link.address or ""):
            return False
        if not self.whole:
            return self.master == link.master
        kind = self.kind[0] if self.kind else None
        return (self.master, self.alias, kind) == (link.master, link.alias, link.info_kind) and self._fits(link)

    def _fits(self, link: Link) -> bool:
        words = _values(self.kind)
        match link.info_kind:
            case "vxlan":
                read = {"id": link.id, "dstport": link.port, "local": link.local, "dev": link.lower}
                extra = tuple(name for name in FELIX_COMPARES if name in self.kind)
                group = words.get("group", words.get("remote"))
                same = (group, "nolearning" not in self.kind) == (link.group, link.learning)
                return same and extra == tuple(text.split()[0] for text in link.extra or ()) and _same(words, read)
            case "ipip":
                ends = {name: end for name, end in words.items() if end != ANY}
                plain = "external" not in self.kind and "remote" not in ends
                return plain == (link.extra is None) and _same(ends, {"local": link.local, "dev": link.lower})
            case "bridge":
                read = {"forward_delay": link.forward_delay, "ageing_time": link.ageing_time}
                return _same(words, {**read, "stp_state": int(bool(link.stp_state))})
            case _:
                return True


def shown(text: str) -> Shown:
    """The interface of an event, without label and ``Deleted``. Raises: ValueError."""
    known, _, alias = text.partition(ALIAS)
    first, *parts = (part.strip() for part in known.split(BREAK))
    head = HEAD.fullmatch(first)
    if head is None or not parts or not SAFE_WORD.fullmatch(head[2]):
        raise ValueError("not as iproute2 prints an interface")
    words, (_, *link) = head[4].split(), parts[0].split() or [""]
    kinds = [part.split() for part in parts[1:] if not part.partition(" ")[0].endswith("_slave")]
    return Shown(
        ifname=head[2],
        up="UP" in head[3].split(","),
        mtu=_values(words).get("mtu", ""),
        address=link[0].lower() if link and not link[0].isalpha() else "",
        master=_values(words).get("master"),
        alias=alias or None,
        kind=kinds[0] if kinds else [],
        whole="qdisc" in words,
    )


def _values(words: Sequence[str]) -> Mapping[str, str]:
    """Each word with the one that follows it; the first of its name counts."""
    return dict(reversed(list(pairwise(words))))


def _same(words: Mapping[str, str], read: Mapping[str, object]) -> bool:
    return all(words.get(name) == (None if value is None else str(value)) for name, value in read.items())
