"""Where a daemon on this machine keeps its state and listens for commands, unless its settings say otherwise."""

from __future__ import annotations

import os
from pathlib import Path

CONTROL = "control.sock"


def state_directory() -> Path:
    """``RECONCILE_STATE``, systemd's ``STATE_DIRECTORY``, or where this user keeps state."""
    given = os.environ.get("RECONCILE_STATE") or _first("STATE_DIRECTORY")
    if given:
        return Path(given)
    if os.geteuid() == 0:
        return Path("/var/lib/reconciler")
    return Path(os.environ.get("XDG_STATE_HOME") or _home() / ".local/state") / "reconciler"


def control_socket() -> Path:
    """In systemd's ``RUNTIME_DIRECTORY``, or where this user keeps sockets; without such a place, beside the state."""
    given = _first("RUNTIME_DIRECTORY")
    if given:
        return Path(given, CONTROL)
    if os.geteuid() == 0:
        return Path("/run/reconciler", CONTROL)
    own = os.environ.get("XDG_RUNTIME_DIR")
    return Path(own, "reconciler", CONTROL) if own else state_directory() / CONTROL


def _first(name: str) -> str:
    """systemd lists several directories with colons between them (systemd.exec(5), ``StateDirectory=``)."""
    return os.environ.get(name, "").partition(":")[0]


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user without a home: nothing is remembered
        return Path("/nonexistent")
