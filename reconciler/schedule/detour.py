"""The ways round an interruption that there are: a twin of what is made again, an ear for a MAC to come."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.schedule.ears import listening
from reconciler.schedule.twin import beside
from reconciler.schedule.way_point import Changes, Detour
from reconciler.walk.topology import World


def around(changes: Changes, world: World, hurt: Collection[str]) -> Iterator[Detour]:
    """Pure. ``hurt``: nodes to which packets get lost in every straight order."""
    found = (beside(changes, world), listening(changes, world, hurt)) if hurt else ()
    yield from (one for one in found if one is not None)
