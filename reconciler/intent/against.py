"""What is wanted of a device against what it has: whose each entry is, and what would have to change."""

from __future__ import annotations

from reconciler.core.change import Change, diff
from reconciler.core.driver import Reading
from reconciler.core.resource import Key, Live, Resource
from reconciler.intent.ignore import heeding
from reconciler.intent.wish import Wish


def split(wish: Wish, reading: Reading) -> Live:
    """What the device has, parted by ownership; what carries our own session is nobody's to prune."""
    ours: dict[Key, Resource] = {}
    foreign: dict[Key, Resource] = {}
    for key, resource in reading.found.items():
        mine = wish.owns(resource) and (key in wish.desired or not (key in reading.session or key in reading.kept))
        (ours if mine else foreign)[key] = resource
    return Live(ours, foreign)


def differing(wish: Wish, reading: Reading, live: Live) -> list[Change]:
    """What would change, beyond what is ignored and tolerated, of all that could be read; the rest is unknown.

    ``live``: the reading, split.
    """
    heeded, unread, frozen = heeding(wish, reading.found), reading.unread, reading.frozen
    desired = {key: want for key, want in heeded.desired.items() if key.kind not in unread and key not in frozen}
    return wish.beyond_tolerance(diff(desired, live, wish.unknown), reading.found)
