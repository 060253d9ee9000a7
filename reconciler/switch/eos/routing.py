"""`ip routing`, one line for each VRF; without it the switch forwards nothing between its SVIs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.change import Change
from reconciler.switch.eos.config import Stanza
from reconciler.switch.eos.section import Section
from reconciler.switch.eos.step import Phase, Step, word
from reconciler.switch.kinds import Routing

DEFAULT_VRF = "default"
HEAD = re.compile(r"(?P<no>no )?ip routing(?: vrf (?P<vrf>\S+))?")


def read(stanza: Stanza) -> Section | None:
    found = HEAD.fullmatch(stanza.head)
    if found is None:
        return None
    return Section((Routing(vrf=found["vrf"] or DEFAULT_VRF, enabled=not found["no"]),))


def steps(change: Change) -> Iterator[Step]:
    """Raises: ValueError for a deletion: a VRF routes or it does not, there is nothing to delete."""
    new = change.after
    if new is None:
        raise ValueError(f"{change.key} cannot be deleted, only be on or off")
    assert isinstance(new, Routing)
    vrf = "" if new.vrf == DEFAULT_VRF else f" vrf {word(new.vrf)}"
    yield Step(Phase.ROUTING, "", (f"{'' if new.enabled else 'no '}ip routing{vrf}",), change)
