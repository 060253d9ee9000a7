"""What has to wait for hardware: an interface that a device does not have cannot be made, nor anything on it."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.change import Change
from reconciler.core.resource import Key, State

LINK = "link"


def waiting(changes: Iterable[Change], found: State) -> dict[Key, str]:
    """Changes that cannot be carried out now, with the interface that is missing.

    ``changes`` come in the order in which they would be sent: what is made stands before what needs it.
    """
    made: set[Key] = set()
    waits: dict[Key, str] = {}
    for change in changes:
        want = change.after
        if want is None:
            continue
        if change.before is None and want.is_hardware:
            waits[change.key] = want.name
            continue
        missing = [name for name in want.needs if Key(LINK, name) not in found and Key(LINK, name) not in made]
        if missing:
            waits[change.key] = missing[0]
        else:
            made.add(change.key)
    return waits
