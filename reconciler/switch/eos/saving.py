"""Saving: the running configuration becomes what the switch boots with, where nobody else's change goes with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.core.driver import Failure, Unreadable
from reconciler.core.resource import Resource, State
from reconciler.switch.dialogue import Dialogue, Run, Say, Talk
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.exchange import order, refusal, unmixed
from reconciler.switch.eos.unified import Mismatch, unpatched
from reconciler.switch.kinds import Routing, Routing6, Vrf

UNSAVED = "show running-config diffs"
"""From the startup to the running configuration; empty where they are the same (eos.md 4.11)."""
SAVE = Say("write memory", slow=True, final=True)
OTHERWISE = (
    f"`{UNSAVED}` shows everything; `write memory` by hand, or `save: always` in the inventory, saves that as well"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving(Dialogue):
    """``running`` as it was read; ``owns``: what of it is ours; ``always``: whatever else is saved with it."""

    running: Configuration
    owns: Callable[[Resource], bool]
    always: bool

    def talk(self, run: Run, number: int) -> Talk:
        if not self.always:
            unsaved = unmixed((yield Say(UNSAVED, slow=True)))
            if words := refusal(unsaved):
                return [Failure(None, f"not saved: {UNSAVED!r} was refused: {words}")]
            if not unsaved.strip():
                return []
            if reason := self._objection(unsaved):
                return [Failure(None, f"applied, and not saved: {reason}; {OTHERWISE}", "warning")]
        problem = yield from order(SAVE)
        return [] if problem is None else [Failure(None, f"applied and proven, but not saved: {problem.reason}")]

    def leave(self, run: Run, number: int) -> Sequence[Say]:
        return ()

    def _objection(self, unsaved: str) -> str | None:
        """What would be saved besides our own changes."""
        try:
            startup = read(unpatched(self.running.text, unsaved))
        except (Mismatch, Unreadable) as error:
            return str(error)
        running = self.running
        now = _printed(running.found)
        before = _still_there(_printed(startup.found), now)
        for key in sorted({*before, *now}):
            sides = before.get(key), now.get(key)
            if sides[0] != sides[1] and not any(side is not None and self.owns(side) for side in sides):
                return f"{key} differs from the startup configuration, too, and is not ours"
        if startup.foreign != running.foreign or startup.rest != running.rest:
            return "the startup configuration also differs in lines that are not ours"
        return None


def _printed(found: State) -> State:
    """Without that a VRF routes nothing: that comes with the VRF."""
    off = (Routing, Routing6)
    return {key: one for key, one in found.items() if not (isinstance(one, off) and not one.enabled)}


def _still_there(before: State, now: State) -> State:
    """Without that a VRF routed which is gone: EOS takes its `ip routing vrf` away with it."""
    gone = {key.name for key in before.keys() - now.keys() if key.kind == Vrf.kind}
    return {k: one for k, one in before.items() if not (isinstance(one, (Routing, Routing6)) and one.vrf in gone)}
