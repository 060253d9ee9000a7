"""What of other settings holds at once while the daemon runs, and what only a restart brings about. Pure."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.settings.model import Settings

FIXED = ("source", "inventory", "state", "socket", "listen")
"""What is opened once: the mirror, the devices' file, the lock, the sockets."""


class Change(NamedTuple):
    """``settings`` hold from now on. ``new``: names of what has changed in them; ``waits``: of what a restart needs."""

    settings: Settings
    new: tuple[str, ...]
    waits: tuple[str, ...]


def merged(now: Settings, wanted: Settings) -> Change:
    """``wanted``, with everything as it is ``now`` that does not change while the daemon runs.

    ``loop.watch`` does not: whether a node is listened to is decided when it is first kept.
    """
    waits = [name for name in FIXED if getattr(now, name) != getattr(wanted, name)]
    fixed = {name: getattr(now, name) for name in FIXED}
    loop = wanted.loop.model_copy(update={"watch": now.loop.watch})
    settings = wanted.model_copy(update={**fixed, "loop": loop})
    new = [name for name in Settings.model_fields if getattr(settings, name) != getattr(now, name)]
    if wanted.loop.watch != now.loop.watch:
        waits.append("loop.watch")
    return Change(settings, tuple(new), tuple(waits))
