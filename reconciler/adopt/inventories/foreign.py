"""A host as another tool's inventory has it, whatever the tool: what is said of it, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.adopt.adopted import Remark

Fact = Literal[
    "host", "port", "username", "password", "platform", "connection", "key", "become", "method", "secret", "arguments"
]
"""``connection``: how the tool reaches it; ``method``: how it becomes root; ``arguments``: of its ssh."""
VAULT = "$ANSIBLE_VAULT;"
"""How a value begins that is encrypted with ansible-vault."""
MOST_HOSTS = 5_000


@dataclass(frozen=True, slots=True)
class Said:
    """One value and where it stands; ``owner``: the host or group that has it."""

    value: Any
    file: str
    line: int
    owner: str

    @property
    def text(self) -> str:
        """A scalar as a text; empty for all else."""
        return "" if self.value is None or isinstance(self.value, (dict, list, bool)) else str(self.value)

    def remark(self, what: str, why: str) -> Remark:
        return Remark(self.file, self.line, what, why)


@dataclass(frozen=True, slots=True)
class Foreign:
    """``facts``: by what they are about, not by what the tool calls them; ``groups``: nearest last."""

    name: str
    file: str
    line: int
    facts: Mapping[Fact, Said] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    def text(self, fact: Fact) -> str:
        return self.facts[fact].text if fact in self.facts else ""

    def remark(self, what: str, why: str) -> Remark:
        return Remark(self.file, self.line, what, why)
