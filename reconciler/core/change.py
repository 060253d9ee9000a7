"""The one diff: what has to change on a device so that what is ours equals what is wanted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reconciler.core.resource import Key, Live, Resource, State, Unknown

Verb = Literal["create", "adopt", "update", "replace", "delete"]
VERBS: tuple[Verb, ...] = ("create", "adopt", "update", "replace", "delete")
SIGNS: dict[Verb, str] = {"create": "+", "adopt": ">", "update": "~", "replace": "±", "delete": "-"}


@dataclass(frozen=True, slots=True)
class Change:
    """Before -> after for one key. ``replays``: wanted entries that vanish with it and are written again."""

    before: Resource | None
    after: Resource | None
    adopts: bool = False
    replays: tuple[Resource, ...] = ()

    @property
    def subject(self) -> Resource:
        """The resource that the change is about: what is wanted, or else what goes."""
        subject = self.after or self.before
        assert subject is not None, "a change has a before or an after"
        return subject

    @property
    def key(self) -> Key:
        return self.subject.key

    @property
    def verb(self) -> Verb:
        if self.before is None:
            return "create"
        if self.after is None:
            return "delete"
        if self.adopts:
            return "adopt"
        return "replace" if self.recreates else "update"

    @property
    def recreates(self) -> bool:
        """Whether the old entry has to go before the new one can be made."""
        subject = self.subject  # most kinds are changed in place in every way: their many changes are not looked into
        return bool(subject.recreated_by) and subject.is_made_again(self.fields)

    @property
    def fields(self) -> dict[str, tuple[object, object]]:
        """Attributes that differ: name -> (old, new)."""
        if self.before is None or self.after is None:
            return {}
        old, new = self.before.values, self.after.values
        names = [*new, *(name for name in old if name not in new)]
        return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def diff(desired: State, live: Live, unknown: Sequence[Unknown] = ()) -> list[Change]:
    """The changes that make ``live.ours`` equal ``desired`` and leave ``live.foreign`` alone.

    What is ours and may be one of the ``unknown`` wishes is not pruned. Changes come in no particular order.
    """
    changes = list(_makes(desired, live)) + list(_breaks(desired, live, unknown))
    return _with_replays(changes, desired)


def _makes(desired: State, live: Live) -> Iterator[Change]:
    for key, want in desired.items():
        foreign = live.foreign.get(key)
        before = live.ours.get(key, foreign)
        if before is None:
            yield Change(None, want)
        elif (seen := want.lens(before)) != want:
            yield Change(seen, want, adopts=foreign is not None and key not in live.ours)


def _breaks(desired: State, live: Live, unknown: Sequence[Unknown]) -> Iterator[Change]:
    named = {Key(wish.kind, wish.name) for wish in unknown}
    globs = [wish for wish in unknown if wish.is_glob]
    for key, resource in live.ours.items():
        if key not in desired and key not in named and not any(wish.covers(key) for wish in globs):
            yield Change(resource, None)


def _with_replays(changes: list[Change], desired: State) -> list[Change]:
    """Whoever re-creates an interface writes everything on it again (kernel: all of it is gone with the old one)."""
    recreated = {change.subject.name for change in changes if change.subject.kind == "link" and change.recreates}
    if not recreated:
        return changes
    named = {change.key for change in changes}
    quiet = [want for key, want in desired.items() if want.link in recreated and key not in named]
    return [_replaying(change, quiet) if change.recreates else change for change in changes]


def _replaying(change: Change, quiet: Iterable[Resource]) -> Change:
    return dataclasses.replace(change, replays=tuple(r for r in quiet if r.link == change.subject.name))


def replay(live: Live, changes: Iterable[Change]) -> Live:
    """The world after ``changes``: adopted entries become ours."""
    ours, foreign = dict(live.ours), dict(live.foreign)
    for change in changes:
        foreign.pop(change.key, None)
        if change.after is None:
            ours.pop(change.key, None)
        else:
            ours[change.key] = change.after
    return Live(ours, foreign)
