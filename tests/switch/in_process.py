"""The lab's switch in this process: driver and switch put together without a terminal between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer, Failure
from reconciler.core.resource import Live, Resource, state_of
from reconciler.lab.eos.cli import Cli
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.dialogue import Dialogue, Run
from reconciler.switch.eos import EosDriver, EosReading
from tests.lab_eos.conftest import Box
from tests.switch.states import closed

RUN = Run("box")
CLAIM: SwitchClaim = SwitchClaim(vlans=frozenset(range(2, 900)), routes=True, vrfs=True, bgp=True, loopbacks=True)


def carry_out(
    box: Box, script: Dialogue, before: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Sequence[Failure]:
    """As a terminal transport does it, a new terminal where a new connection is asked for.

    ``before``: what somebody else types just before one of our lines.
    """
    cli, talk = box.cli(), script.talk(RUN, 1)
    try:
        say = next(talk)
        while True:
            box.cli(*before.get(say.text, ()))
            cli = box.cli() if say.fresh else cli
            say = talk.send(_answer(cli, say.text))
    except StopIteration as end:
        failures: Sequence[Failure] = end.value
        return failures


def _answer(cli: Cli, line: str) -> str:
    return cli.execute(line).text.removesuffix("\n")


@dataclass
class Bench:
    """One switch, of which nearly everything is ours, but for what is in the VRF ``THEIRS``."""

    box: Box
    driver: EosDriver
    claim: SwitchClaim = CLAIM

    def read(self) -> EosReading:
        return self.driver.read([Answer(_answer(self.box.cli(), "show running-config"))])

    def _owns(self, resource: Resource) -> bool:
        return getattr(resource, "vrf", None) != "THEIRS" and self.claim.owns(resource)

    def plan(self, reading: EosReading, wishes: Iterable[Resource]) -> list[Change]:
        want = state_of(wishes)
        spared = {**reading.session, **reading.kept}
        mine = {key: r for key, r in reading.found.items() if key in want or self._owns(r)}
        ours = {key: r for key, r in mine.items() if key in want or key not in spared}
        foreign = {key: r for key, r in reading.found.items() if key not in ours}
        return list(diff(want, Live(ours, foreign)))

    def converge(self, wishes: Sequence[Resource]) -> EosReading:
        """One cycle; the second plan is empty."""
        reading = self.read()
        after = self.apply(reading, self.plan(reading, wishes))
        assert self.plan(after, wishes) == []
        return after

    def apply(self, reading: EosReading, changes: Sequence[Change]) -> EosReading:
        failures = carry_out(self.box, self.driver.write(changes, reading))
        refused = [f"{failure.line}: {failure.reason}" for failure in failures if failure.nature != "warning"]
        assert not refused, refused
        return self.read()

    def undone(self, before: EosReading, changes: Sequence[Change]) -> EosReading:
        """The same diff with its arguments swapped, for what ``changes`` have touched."""
        after = self.read()
        touched = {change.key for change in changes if not change.key.kind.startswith("routing") or change.before}
        want = state_of(closed(one) for key, one in before.found.items() if key in touched)
        ours = {key: one for key, one in after.found.items() if key in touched}
        return self.apply(after, list(diff(want, Live(ours, {}))))
