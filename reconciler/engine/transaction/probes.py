"""A few pings that together go over every hop which a plan changes: who was answered before is to be answered after."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.driver import Unreachable
from reconciler.core.failpoint import failpoint
from reconciler.engine.observe import Device, side_by_side
from reconciler.engine.transaction.run import Broken
from reconciler.walk.flow import Flow

MOST = 64
"""Pings of one transaction."""
TRIES = 3
"""The first packet after a change may be lost to ARP."""
PAUSE = 0.3
PING = "ping -n -q -c 1 -W 1"


@dataclass
class Probes:
    """``chosen``: what is pinged, from the node where each begins."""

    devices: Mapping[str, Device]
    chosen: Sequence[Flow] = ()
    _passed: set[Flow] = field(default_factory=set)

    async def before(self) -> None:
        """Note who is answered as things stand: only they have to be afterwards."""
        self._passed = await self._answered(self.chosen)
        failpoint("probed before")

    async def after(self) -> None:
        """Raises: Broken."""
        missing = set(self._passed)
        for again in range(TRIES):
            await asyncio.sleep(PAUSE if again else 0)
            missing -= await self._answered(sorted(missing, key=_order))
            if not missing:
                break
        failpoint("probed after")
        if missing:
            said = [f"{flow.source} does not reach {flow.dst} on {flow.target}" for flow in sorted(missing, key=_order)]
            raise Broken(f"{said[0]} any more" + (f" (and {len(said) - 1} more)" if len(said) > 1 else ""))

    async def _answered(self, asked: Iterable[Flow]) -> set[Flow]:
        by_source: dict[str, list[Flow]] = {}
        for flow in asked:
            by_source.setdefault(flow.source, []).append(flow)
        answers = await side_by_side(self._ask(source, of) for source, of in by_source.items())
        return {flow for answered in answers for flow in answered}

    async def _ask(self, source: str, asked: Sequence[Flow]) -> list[Flow]:
        """All of one node side by side, in one round trip. A node that does not answer has reached nobody."""
        try:
            (answer,) = await self.devices[source].transport.query([_question(asked)])
        except Unreachable:
            return []
        answered = frozenset(answer.text.split())
        return [flow for flow in asked if flow.dst in answered]


def _question(asked: Iterable[Flow]) -> str:
    """Shell text that prints the addresses which answer."""
    targets = " ".join(shlex.quote(address) for address in dict.fromkeys(flow.dst for flow in asked))
    return f'for a in {targets}; do {{ {PING} "$a" >/dev/null 2>&1 && echo "$a"; }} & done; wait'


def _order(flow: Flow) -> tuple[str, str, str]:
    return (flow.source, flow.target, flow.dst)
