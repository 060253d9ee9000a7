"""Groups and hosts of an Ansible inventory, and which of their variables a host has in the end.

A host takes the variables of its groups from the outermost to the nearest one; among groups of one depth by
``ansible_group_priority`` and then by name, the last one counts (ansible/inventory/helpers.py, ``sort_groups``). What
group_vars/ and host_vars/ say comes behind what the inventory itself says of groups and hosts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reconciler.adopt.adopted import Remark
from reconciler.adopt.inventories.foreign import MOST_HOSTS, Said

ALL, UNGROUPED = "all", "ungrouped"
PRIORITY = "ansible_group_priority"
MOST_NAMINGS = 50_000
"""How often hosts may be named in groups: a short range in each of many short groups is a long list."""
DEEPEST = 50
Variables = dict[str, Said]


@dataclass(slots=True)
class Group:
    """``hosts`` and ``children`` by name, in order."""

    variables: Variables = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Host:
    """``file`` and ``line``: where it is named first."""

    file: str
    line: int
    variables: Variables = field(default_factory=dict)


@dataclass(slots=True)
class Groups:
    """A whole inventory while it is read; ``beside``: variables of group_vars/ and host_vars/, by group or host."""

    groups: dict[str, Group] = field(default_factory=lambda: {ALL: Group()})
    hosts: dict[str, Host] = field(default_factory=dict)
    group_vars: dict[str, Variables] = field(default_factory=dict)
    host_vars: dict[str, Variables] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    _namings: int = 0
    _depths: dict[str, int] = field(default_factory=dict)
    _around: dict[str, list[str]] = field(default_factory=dict)
    _parents: dict[str, set[str]] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether no host can be named any more."""
        return self._namings > MOST_NAMINGS

    def group(self, name: str) -> Group:
        return self.groups.setdefault(name, Group())

    def host(self, name: str, group: str, file: str, line: int) -> Host | None:
        """A host of a group; None: there are too many, which is told once."""
        self._namings += 1
        if self._namings > MOST_NAMINGS or (name not in self.hosts and len(self.hosts) >= MOST_HOSTS):
            if self._namings <= MOST_NAMINGS + 1:
                self.remarks.append(Remark(file, 1, "more hosts", f"at most {MOST_HOSTS:,} are brought over"))
            return None
        self.group(group).hosts[name] = None
        return self.hosts.setdefault(name, Host(file, line))

    def settle(self, file: str) -> None:
        """Once all is read: how deep each group is, and which are around it. Circles are cut, and told."""
        self._parents = {name: set() for name in self.groups}
        for name, group in self.groups.items():
            for child in group.children:
                self._parents.setdefault(child, set()).add(name)
            for host in group.hosts:
                self._around.setdefault(host, []).append(name)
        self._depths = {ALL: 0}
        for name in sorted(self._parents):
            self._depth(name, (), file)

    def _depth(self, name: str, path: tuple[str, ...], file: str) -> int:
        if name in self._depths:
            return self._depths[name]
        if name in path or len(path) > DEEPEST:
            parent = path[-1]
            self._parents[name].discard(parent)
            self.remarks.append(Remark(file, 1, f"group {name} is below itself", "that is left out"))
            return 0
        deepest = [self._depth(parent, (*path, name), file) for parent in sorted(self._parents[name])]
        self._depths[name] = 1 + max(deepest, default=0)
        return self._depths[name]

    def of(self, host: str) -> tuple[str, ...]:
        """The groups that a host is in, those that count least first."""
        found: set[str] = {ALL}
        waiting = list(self._around.get(host, ()))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._parents.get(name, ())
        return tuple(sorted(found, key=lambda name: (self._depths.get(name, 1), self._priority(name), name)))

    def _priority(self, name: str) -> int:
        said = self.groups[name].variables.get(PRIORITY) if name in self.groups else None
        text = said.text if said is not None else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1

    def variables(self, host: str) -> Variables:
        """What counts in the end."""
        return {name: said for layer in self._layers(host) for name, said in layer.items() if name != PRIORITY}

    def _layers(self, host: str) -> Iterator[Variables]:
        around = self.of(host)
        yield from (self.groups[name].variables for name in around if name in self.groups)
        yield from (self.group_vars.get(name, {}) for name in around)
        yield self.hosts[host].variables
        yield self.host_vars.get(host, {})
