"""Which port of a switch a node's interface is plugged into, and what runs on each device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.core.resource import State

World = Mapping[str, State]
"""Device -> everything it has, ours and foreign. A device that could not be read is not in it.

No state is changed in place once it was walked through: what was understood of it is kept by identity. What the kernel
derives may be left out (routes to the networks of its addresses, table ``local``); a state that has an interface ``lo``
has all its interfaces, in another one (a compiled wish) what is not said to be down is up.
"""
LINUX, EOS = "linux", "arista_eos"


class End(NamedTuple):
    """One end of a cable: ``k01-worker`` ``eth1``, or ``ceos01`` ``Ethernet2``."""

    device: str
    interface: str


@dataclass(frozen=True, slots=True)
class Topology:
    """``cables``: both directions of each. ``platforms``: device -> ``linux`` or ``arista_eos``, unread ones too."""

    cables: Mapping[End, End] = field(default_factory=dict)
    platforms: Mapping[str, str] = field(default_factory=dict)
