"""VLANs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from reconciler.switch.kinds.open import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Vlan(Open):
    """One VLAN; ``label`` is its configured name, absent while it has the default one (``VLAN0010``).

    ``trunk_groups``: only trunks of these groups carry it; open, ``()`` is none.
    """

    kind: ClassVar[str] = "vlan"
    identity: ClassVar[frozenset[str]] = frozenset({"id"})
    open: ClassVar[Mapping[str, object]] = {"trunk_groups": ()}

    id: int
    label: str | None = field(default=None, metadata={"json": "name"})
    state: str = "active"
    trunk_groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.trunk_groups:
            object.__setattr__(self, "trunk_groups", tuple(sorted(set(self.trunk_groups))))

    @property
    def name(self) -> str:
        return str(self.id)

    @property
    def rank(self) -> tuple[object, ...]:
        return (self.id,)
