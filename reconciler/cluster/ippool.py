"""Calico IPPools, as kubectl prints and takes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource

DEFAULTS: Mapping[str, object] = {
    "allowedUses": ["Workload", "Tunnel"],
    "assignmentMode": "Automatic",
    "disableBGPExport": False,
    "disabled": False,
    "ipipMode": "Never",
    "natOutgoing": False,
    "nodeSelector": "all()",
    "vxlanMode": "Never",
}
"""What a field that is not printed stands for (Calico api/pkg/apis/projectcalico/v3/ippool.go)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IPPool(Resource):
    """One pool; ``spec`` holds the manifest's fields. Fields that a document leaves out are not ours."""

    kind: ClassVar[str] = "ippool"
    recreated_by: ClassVar[frozenset[str]] = frozenset({"cidr", "blockSize"})

    pool: str
    spec: Mapping[str, object]

    @property
    def name(self) -> str:
        return self.pool

    @property
    def values(self) -> dict[str, object]:
        return {"name": self.pool, **self.spec}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        return cls(pool=values["name"], spec={name: value for name, value in values.items() if name != "name"})

    def taking(self, names: Collection[str], live: Resource) -> Self:
        """What a manifest does not say stays as it is."""
        return dataclasses.replace(self, spec={name: value for name, value in self.spec.items() if name not in names})

    def lens(self, live: Resource) -> Resource:
        """Calico stores the default for an empty value and nothing for ``false``: neither is a difference."""
        assert isinstance(live, IPPool)
        defaults = {**DEFAULTS, "blockSize": 122 if ":" in str(live.spec.get("cidr")) else 26}
        seen = {**defaults, **live.spec}
        same = {f for f, want in self.spec.items() if (want or defaults.get(f)) == (seen.get(f) or defaults.get(f))}
        shown = {**seen, **{field: self.spec[field] for field in same}}
        return IPPool(pool=live.pool, spec={field: shown[field] for field in self.spec if field in shown})
