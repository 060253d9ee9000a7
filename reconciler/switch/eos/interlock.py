"""The interlock before a commit: the transaction's own diff has to be what was planned, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.change import Change, diff, replay
from reconciler.core.driver import Unreadable
from reconciler.core.resource import Key, Live, State, state_of
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.unified import Mismatch, patched
from reconciler.switch.kinds import Interface, Vlan

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
    planned = replay(Live(before.found, {}), changes).ours
    planned = state_of([*planned.values(), *_made_by_itself(after.found, planned, changes)])
    for stray in diff(planned, Live(after.found, {})):
        yield f"{stray.key} {_difference(stray)}"


def _difference(stray: Change) -> str:
    """``stray`` would lead from what the session makes to what was planned."""
    if stray.before is None:
        return "would be missing"
    if stray.after is None:
        return "would be there"
    name, (got, planned) = next(iter(stray.fields.items()))
    return f"would have {name} {got!r}, not {planned!r}"


def _made_by_itself(after: State, planned: State, changes: Sequence[Change]) -> Iterator[Vlan]:
    """EOS makes a port's access VLAN where there is none ("Access VLAN does not exist. Creating vlan 30")."""
    for change in changes:
        if isinstance(change.after, Interface) and change.after.access is not None:
            made = Vlan(id=change.after.access)
            if made.key not in planned and after.get(made.key) == made:
                yield made


def _losses(before: Configuration, after: Configuration, changes: Sequence[Change]) -> Iterator[str]:
    """Lines that are not ours and differ; what stands inside a deleted stanza goes with it."""
    deleted = {change.key for change in changes if change.after is None}
    kept = {key: lines for key, lines in before.rest.items() if key not in deleted}
    yield from _inside(kept, after.rest)
    if before.foreign != after.foreign:
        pairs = zip((*before.foreign, ()), (*after.foreign, ()), strict=False)
        old, new = next((old, new) for old, new in pairs if old != new)
        yield f"{(old or new)[0]!r} would change, which is not ours"


def _inside(before: Mapping[Key, tuple[str, ...]], after: Mapping[Key, tuple[str, ...]]) -> Iterator[str]:
    for key in sorted({*before, *after}):
        lost = [line for line in before.get(key, ()) if line not in after.get(key, ())]
        if lost:
            yield f"{key} would lose {lost[0].strip()!r}, which is not ours"
        elif before.get(key) != after.get(key):
            yield f"{key} would get other lines that are not ours"
