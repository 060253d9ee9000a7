"""Room for a large lab's neighbours: the kernel counts those of all namespaces together, by default at most 1,024.

The one setting of the machine that a lab touches, and only one of more than about thirty nodes: the limit as it was
is kept in the index and comes back when the last lab goes down.
"""

from __future__ import annotations

from pathlib import Path

from .state import INDEX, Lab

FILES = tuple(
    path
    for family in ("ipv4", "ipv6")
    for number in (2, 3)
    if (path := Path(f"/proc/sys/net/{family}/neigh/default/gc_thresh{number}")).exists()
)
"""The second is the hard limit of each IP version."""
BEFORE = INDEX / ".neighbour-limits"
"""No lab's name begins with a dot."""


def make_room(lab: Lab) -> None:
    """Allow every member to know every other one."""
    needed = len(lab.members) ** 2
    before = [int(file.read_text()) for file in FILES]
    if needed <= min(before[1::2]):
        return
    if not BEFORE.exists():
        BEFORE.write_text(" ".join(map(str, before)), encoding="ascii")
    for file, value in zip(FILES, before, strict=True):
        file.write_text(str(max(value, needed)), encoding="ascii")


def restore() -> None:
    """Set the limits back, unless another lab is still up."""
    if not BEFORE.exists() or any(entry != BEFORE for entry in INDEX.iterdir()):
        return
    for file, value in zip(FILES, BEFORE.read_text(encoding="ascii").split(), strict=True):
        file.write_text(value, encoding="ascii")
    BEFORE.unlink()
