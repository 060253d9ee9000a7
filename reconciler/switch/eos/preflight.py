"""What is asked before a switch is changed: whether somebody is in the way, and what is up now."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconciler.core.change import Change
from reconciler.core.driver import Failure
from reconciler.switch.dialogue import Run, Say
from reconciler.switch.eos import pending, status
from reconciler.switch.eos.exchange import Asking, Exchange
from reconciler.switch.eos.status import Status
from reconciler.switch.kinds import Vlan

INTERNAL_USAGE = "show vlan internal usage"
FIRST_INTERNAL = 1006
"""EOS gives routed ports and sub-interfaces VLANs from here on, unless it is told otherwise (eos.md 8)."""
USED = re.compile(r"^\s*(\d+)\s+(\S+)", re.MULTILINE)


def checked(run: Run, changes: Sequence[Change]) -> Asking[Status | Failure]:
    """What is up now, or why nothing can be changed."""
    obstacle = yield from room(run, changes)
    if obstacle is not None:
        return obstacle
    try:
        return (yield from status.ask())
    except ValueError as error:
        return Failure(None, f"nothing was changed, since it could not be proven: {error}")


def room(run: Run, changes: Sequence[Change]) -> Exchange:
    """Why nothing can be changed now: somebody is at work, or EOS itself needs what is wanted."""
    return (yield from pending.make_room(run)) or (yield from _internal_vlans(changes))


def _internal_vlans(changes: Sequence[Change]) -> Exchange:
    """EOS refuses a VLAN that it uses itself, and takes the lines that follow for nonsense (netlab #1871)."""
    made = {c.after.id for c in changes if c.before is None and isinstance(c.after, Vlan)}
    high = sorted(vlan for vlan in made if vlan >= FIRST_INTERNAL)
    if not high:
        return None
    answer = yield Say(INTERNAL_USAGE)
    taken = {int(vlan): user for vlan, user in USED.findall(answer)}
    hits = [f"VLAN {vlan} is used by {taken[vlan]} itself" for vlan in high if vlan in taken]
    right = "give it another number, or move `vlan internal order`"
    return Failure(None, f"{'; '.join(hits)}: {right}") if hits else None
