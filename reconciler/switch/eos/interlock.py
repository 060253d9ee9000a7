"""The interlock before a commit: the transaction's own diff has to be what was planned, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from reconciler.core.change import Change
from reconciler.core.driver import Unreadable
from reconciler.core.resource import Key, Resource, State
from reconciler.switch.bridging import channel_of
from reconciler.switch.eos.configuration import Configuration, hidden, read
from reconciler.switch.eos.interface import pristine
from reconciler.switch.eos.shown import shown
from reconciler.switch.eos.unified import Mismatch, patched
from reconciler.switch.eos.writing import outcome
from reconciler.switch.kinds import DEFAULT_VRF, NO_CHANNEL, BgpNeighbor, Interface, Routing, Routing6, Vlan, Vrf

MOST_NAMED = 3
"""Differences that a reason names before it only counts the others."""


def objection(before: Configuration, session_diff: str, changes: Sequence[Change]) -> str | None:
    """Why a session with ``session_diff`` must not be committed; None where it does exactly what ``changes`` say.

    The diff is put onto the text that the plan was made for, the result is read like any other configuration, and
    has to be the planned state, with all that is not ours unchanged to the letter.
    """
    try:
        after = read(patched(before.text, session_diff))
    except (Mismatch, Unreadable) as error:
        return str(error)
    wrong = [*_strays(before, after, changes), *_losses(before, after, changes)]
    more = f", and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    return "it would not do what was planned: " + "; ".join(wrong[:MOST_NAMED]) + more if wrong else None


def _strays(before: Configuration, after: Configuration, changes: Sequence[Change]) -> Iterator[str]:
    """Whole resources are compared: what a wish leaves open must not change either."""
    planned = dict(before.found)
    for change in changes:
        outcome_of = outcome(change, before.found.get(change.key, change.before))
        planned.pop(change.key, None)
        if outcome_of is not None:
            planned[change.key] = outcome_of
    for one in [*_made_by_itself(after, planned, changes), *hidden(planned.values())]:
        planned.setdefault(one.key, one)
    left = {key: one for key, one in planned.items() if not _goes_with_its_vrf(key, planned)}
    for key in sorted({*left, *after.found}):
        if left.get(key) != after.found.get(key):
            yield f"{key} {_difference(Change(after.found.get(key), left.get(key)))}"
    for key in sorted({*before.partial, *after.partial}):
        if before.partial.get(key) != after.partial.get(key):
            yield f"{key} would change, which is not understood in full"


def _goes_with_its_vrf(key: Key, planned: State) -> bool:
    """Whether a VRF routes is a question no more once it is gone."""
    gone = key.name != DEFAULT_VRF and Key(Vrf.kind, key.name) not in planned
    return key.kind in (Routing.kind, Routing6.kind) and gone


def _difference(stray: Change) -> str:
    """``stray`` would lead from what the session makes to what was planned."""
    if stray.before is None:
        return "would be missing"
    if stray.after is None:
        return "would be there"
    name, (got, planned) = next(iter(stray.fields.items()))
    return f"would have {name} {got!r}, not {planned!r}"


def _made_by_itself(after: Configuration, planned: State, changes: Sequence[Change]) -> Iterator[Resource]:
    """EOS makes a port's access VLAN where there is none ("Access VLAN does not exist. Creating vlan 30"), and a
    port channel with its first member."""
    for change in changes:
        made: list[Resource] = []
        if isinstance(change.after, Interface) and change.after.access is not None:
            made.append(Vlan(id=change.after.access))
        if isinstance(change.after, Interface) and change.after.channel_group not in (None, NO_CHANNEL):
            channel = channel_of(str(change.after.channel_group))
            made.append(pristine(channel, routed_by_default=after.routed_by_default))
        yield from (one for one in made if one.key not in planned and after.found.get(one.key) == one)


def _losses(before: Configuration, after: Configuration, changes: Sequence[Change]) -> Iterator[str]:
    """Lines that are not ours and differ; what stands inside a deleted stanza goes with it."""
    deleted = {change.key for change in changes if change.after is None}
    kept = {key: _without(lines, deleted) for key, lines in before.rest.items() if key not in deleted}
    kept = {key: lines for key, lines in kept.items() if lines}
    yield from _inside(kept, after.rest)
    if before.foreign != after.foreign:
        pairs = zip((*before.foreign, ()), (*after.foreign, ()), strict=False)
        old, new = next((old, new) for old, new in pairs if old != new)
        yield f"{shown((old or new)[0])} would change, which is not ours"


def _without(lines: tuple[str, ...], deleted: Collection[Key]) -> tuple[str, ...]:
    """What a deleted neighbour had in address families goes with it."""
    names = {key.name for key in deleted if key.kind == BgpNeighbor.kind}
    if not names:
        return lines
    return tuple(line for line in lines if line.strip().removeprefix("no ").split()[:2] not in _neighbors(names))


def _neighbors(names: Iterable[str]) -> list[list[str]]:
    return [["neighbor", name] for name in names]


def _inside(before: Mapping[Key, tuple[str, ...]], after: Mapping[Key, tuple[str, ...]]) -> Iterator[str]:
    for key in sorted({*before, *after}):
        lost = [line for line in before.get(key, ()) if line not in after.get(key, ())]
        if lost:
            yield f"{key} would lose {shown(lost[0])}, which is not ours"
        elif before.get(key) != after.get(key):
            yield f"{key} would get other lines that are not ours"
