"""From what is wanted and what is there to what would be done. Pure: the same worlds give the same plan."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.absent import LINK, waiting
from reconciler.core.change import Change
from reconciler.core.driver import Driver, Reading, Script, Stays
from reconciler.core.order import breaks, kind_order, makes
from reconciler.core.plan import DevicePlan, Ignored, Planned, Status, Withheld
from reconciler.core.resource import Key, Unknown
from reconciler.core.words import plural
from reconciler.engine.observe import Device, Sight
from reconciler.intent.against import differing, split
from reconciler.intent.ignore import ignored
from reconciler.intent.wish import Wish

Waits = Callable[[Change], Withheld | None]
FEW = 8
"""So many missing rows or facts are shown one by one."""


def plan_device(wish: Wish, sight: Sight, device: Device, waits_for: Waits = lambda change: None) -> DevicePlan:
    """One device's part of the plan, before limits have their say; ``waits_for``: what is not to be written now."""
    driver, audit = device.driver, device.audit
    empty = DevicePlan(wish.device, device.platform, *standing(wish, sight))
    if sight.reading is None:
        return empty
    live = split(wish, sight.reading)
    changes = _ordered(differing(wish, sight.reading, live), driver)
    waits = waiting(changes, sight.reading.found) if LINK not in sight.reading.unread else {}
    could_write = [c for c in changes if not audit and not wish.only_planned(c.subject) and c.key not in waits]
    withheld = {change.key: wait for change in could_write if (wait := waits_for(change))}
    may_write = [change for change in could_write if change.key not in withheld]
    shown = _Shown(wish, {change.key for change in may_write}, withheld)
    hidden = _hidden(wish, sight.reading)
    notes = (*_notes(wish, sight.reading), *_not_there(waits), *_ignored_words(hidden))
    seen = dataclasses.replace(empty, owned=len(live.ours), reading=sight.reading, notes=notes, ignored=hidden)
    try:
        lines = driver.write(changes, sight.reading)
        script = lines if len(may_write) == len(changes) else driver.write(may_write, sight.reading)
    except Stays as stays:
        return plan_device(wish, _keeping(sight, stays), device, waits_for)
    except ValueError as error:
        said = dataclasses.replace(seen, changes=shown.planned(changes, {}))
        return held(said, str(error)) if may_write else dataclasses.replace(said, notes=(*notes, str(error)))
    told = dataclasses.replace(seen, notes=(*notes, *lines.notes))
    whole = dataclasses.replace(told, changes=shown.planned(changes, _commands(lines)), script=script)
    return _waiting(whole, withheld.values())


def _waiting(plan: DevicePlan, withheld: Iterable[Withheld]) -> DevicePlan:
    """Held as far as a person may decide: the rest is sent all the same."""
    reasons = dict.fromkeys(wait.reason for wait in withheld if wait.approvable)
    if not reasons:
        return plan
    waiting = held(plan, "; ".join(reasons), approvable=True)
    return dataclasses.replace(waiting, script=plan.script)


def _keeping(sight: Sight, stays: Stays) -> Sight:
    assert sight.reading is not None, "it was planned for"
    kept = {**sight.reading.kept, stays.key: stays.reason}
    return dataclasses.replace(sight, reading=dataclasses.replace(sight.reading, kept=kept))


@dataclass(frozen=True, slots=True)
class _Shown:
    """How changes stand in a plan: which are written, and why others are not."""

    wish: Wish
    writable: Collection[Key]
    withheld: Mapping[Key, Withheld]

    def planned(self, changes: Iterable[Change], commands: Mapping[int, tuple[str, ...]]) -> tuple[Planned, ...]:
        return tuple(self._one(change, commands.get(id(change), ())) for change in changes)

    def _one(self, change: Change, commands: tuple[str, ...]) -> Planned:
        key = change.key
        reason = self.withheld[key].reason if key in self.withheld else ""
        return Planned(change, commands, key in self.writable, self.wish.otherwise(change.subject), reason)


def _notes(wish: Wish, reading: Reading) -> Iterator[str]:
    """What there is to say of the device, whatever changes."""
    yield from _not_known(wish)
    yield from _spared(wish, reading)
    yield from _advice(wish, reading)


def _ignored_words(hidden: Sequence[Ignored]) -> Iterator[str]:
    """One note for all; the entries one by one are for who wants to know more."""
    if hidden:
        named = [f"{one.change.key}{_in_brackets(one.fields)}" for one in hidden[:FEW]]
        more = f" and {len(hidden) - FEW} more" if len(hidden) > FEW else ""
        yield f"{plural(len(hidden), 'difference is', 'differences are')} ignored: {', '.join(named)}{more}"


def _in_brackets(words: Sequence[str]) -> str:
    return f" ({', '.join(words)})" if words else ""


def _not_known(wish: Wish) -> Iterator[str]:
    """Row by row, or, where one missing fact makes many, one line a kind."""
    by_kind: dict[str, list[Unknown]] = {}
    for row in wish.unknown:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, rows in by_kind.items():
        missing = list(dict.fromkeys(row.missing for row in rows))
        if len(rows) <= FEW:
            yield from (f"{kind} {row.name} is not known: {row.missing}" for row in rows)
        else:
            more = f" and {len(missing) - FEW} more facts" if len(missing) > FEW else ""
            yield f"{len(rows)} entries of kind {kind} are not known: {'; '.join(missing[:FEW])}{more}"


def _not_there(waits: Mapping[Key, str]) -> Iterator[str]:
    for name, count in sorted(Counter(waits.values()).items()):
        yield f"there is no interface {name}: {plural(count, 'change waits', 'changes wait')} for it"


def _spared(wish: Wish, reading: Reading) -> Iterator[str]:
    """What the documents would have removed and our own session needs."""
    for key, reason in sorted({**reading.session, **reading.kept}.items()):
        resource = reading.found.get(key)
        if resource is not None and key not in wish.desired and wish.owns(resource):
            yield f"{key} is wanted by no document and stays: {reason}"


def _advice(wish: Wish, reading: Reading) -> Iterator[str]:
    """Who else on the device would undo what is wanted."""
    for advice in reading.advice:
        if any(advice.concerns(resource) for resource in wish.desired.values()):
            yield advice.text


def standing(wish: Wish, sight: Sight) -> tuple[Status, str]:
    """How well the device is known, and why not better: what is wanted or ours and frozen leaves it unreadable."""
    frozen, partial = (sight.reading.frozen, sight.reading.partial) if sight.reading else ({}, {})
    hits = [key for key in sorted(frozen) if key in wish.desired or (key in partial and wish.owns(partial[key]))]
    if not hits:
        return sight.status, sight.reason
    reasons = [f"{key}: {frozen[key]}" for key in hits[:FEW]]
    more = [f"and {len(hits) - FEW} more"] if len(hits) > FEW else []
    return "unreadable", "; ".join([*filter(None, [sight.reason]), *reasons, *more])


def _hidden(wish: Wish, reading: Reading) -> tuple[Ignored, ...]:
    """The differences that are left as they are, as far as they are known."""
    kinds = {key for key in wish.left if key.kind in reading.unread}
    return ignored(wish, reading.found, kinds | reading.frozen.keys())


def _ordered(changes: Iterable[Change], driver: Driver) -> list[Change]:
    order, listed = kind_order(driver.kinds), list(changes)
    return makes(listed, order) + breaks(listed, order)


def _commands(script: Script) -> dict[int, tuple[str, ...]]:
    """The lines of each change, by its identity: two changes may be equal."""
    found: dict[int, tuple[str, ...]] = {}
    for line in script.lines:
        found[id(line.change)] = (*found.get(id(line.change), ()), str(line))
    return found


def held(plan: DevicePlan, reason: str, *, approvable: bool = False) -> DevicePlan:
    """Nothing is sent. A device of which a part could not be read stays unreadable: that is the worse news."""
    reasons = f"{plan.reason}; held: {reason}" if plan.reason else reason
    status: Status = "held" if plan.status == "ok" else plan.status
    return dataclasses.replace(plan, status=status, reason=reasons, approvable=approvable, script=Script(()))
