"""A change set typed line by line into the running configuration, for switches without sessions (eos.md 6.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.driver import Failure
from reconciler.switch.dialogue import Reversible, Run, Say, Talk
from reconciler.switch.eos.attempt import CHANGED
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.exchange import RUNNING_CONFIG, Exchange, order, unmixed

FOR_GOOD = (
    "it is changed line by line (`transaction: none` in the inventory): what was typed it does not take back by itself"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct(Reversible):
    """Every line takes effect at once; at the first that is refused it stops, and the next look says what is left."""

    before: Configuration

    def talk(self, run: Run, number: int) -> Talk:
        if not self.lines:
            return []
        running = unmixed((yield Say(RUNNING_CONFIG)))
        if running.rstrip() != self.before.text.rstrip():
            return [Failure(None, CHANGED, "stale")]
        problem = (yield from order(Say("configure terminal"))) or (yield from self._typed())
        yield Say("end")
        return [] if problem is None else [problem]

    def leave(self, run: Run, number: int) -> Sequence[Say]:
        return (Say("end"),)

    def commit(self, run: Run, number: int, seconds: int) -> Failure:
        return Failure(None, FOR_GOOD)

    def _typed(self) -> Exchange:
        for line in self.lines:
            problem = yield from order(Say(line.text), line)
            if problem is not None:
                return problem
        return None
