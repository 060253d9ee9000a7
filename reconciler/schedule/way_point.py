"""Where every straight order interrupts somebody: a state on the way that no document wants, and that spares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Resource

Changes = Mapping[str, Sequence[Change]]


class Detour(NamedTuple):
    """Two diffs in the place of one: ``first`` leads from what is there to the state on the way, ``then`` on from it.

    ``stand_ins``: device -> what it has only there.
    """

    first: Changes
    then: Changes
    stand_ins: Mapping[str, tuple[Resource, ...]]
