"""One fact of a device (a route, a VLAN, ...), known by what the device itself keys on."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, ClassVar, NamedTuple, Self


class Key(NamedTuple):
    """Identity: what the device itself uses to tell two entries apart."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(ABC):
    """One fact. Subclasses are normalised at birth, so equality is plain ``==``.

    A field that is ``None`` is absent: not set on a device, not asked for in a wish.
    """

    kind: ClassVar[str]
    after: ClassVar[frozenset[str]] = frozenset()
    """Kinds that have to exist on the same device before this one can."""
    recreated_by: ClassVar[frozenset[str]] = frozenset()
    """Attributes that no device can change in place: the entry is deleted and made again."""

    identity: ClassVar[frozenset[str]] = frozenset({"name"})
    """Attributes that ``name`` says already."""

    origin: str = field(default="", compare=False)
    """Where it is wanted: ``nodes.yaml:7``; several places are joined by ``, ``."""
    _key: Key | None = field(default=None, init=False, repr=False, compare=False)
    _place: tuple[object, ...] | None = field(default=None, init=False, repr=False, compare=False)
    """Both are made once: one entry may be wanted of a thousand nodes."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Identity in words, as plans print it (contract, section 5)."""

    @property
    def key(self) -> Key:
        key = self._key
        if key is None:
            key = Key(self.kind, self.name)
            object.__setattr__(self, "_key", key)
        return key

    @property
    def values(self) -> dict[str, object]:
        """Attributes by the names that people see (contract, section 5), identity first; absent ones are ``None``."""
        fields = (f for f in dataclasses.fields(self) if f.compare)
        return {str(f.metadata.get("json", f.name)): getattr(self, f.name) for f in fields}

    @classmethod
    def attributes(cls) -> frozenset[str]:
        """The names of ``values``."""
        return frozenset(str(f.metadata.get("json", f.name)) for f in dataclasses.fields(cls) if f.compare)

    @property
    def told(self) -> dict[str, object]:
        """What ``name`` does not say and is not just the default: the attributes that a reader wants to see."""
        default = {str(f.metadata.get("json", f.name)): f.default for f in dataclasses.fields(self)}
        said = {name: value for name, value in self.values.items() if name not in self.identity and value is not None}
        return {name: value for name, value in said.items() if value != default.get(name, dataclasses.MISSING)}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """The reverse of ``values``. Raises: TypeError for a missing or a strange attribute."""
        names = {str(f.metadata.get("json", f.name)): f.name for f in dataclasses.fields(cls)}
        return cls(**{names.get(name, name): value for name, value in values.items()})

    @property
    def rank(self) -> tuple[object, ...]:
        """Place among its kind in a listing."""
        return (self.name,)

    @property
    def place(self) -> tuple[object, ...]:
        """Place in a listing of all kinds: by kind, then by rank."""
        place = self._place
        if place is None:
            place = (self.kind, self.rank)
            object.__setattr__(self, "_place", place)
        return place

    @property
    def link(self) -> str | None:
        """The interface it stands on: it vanishes with that interface. ``None``: on none."""
        return None

    @property
    def needs(self) -> tuple[str, ...]:
        """Interfaces that have to be there before it can be made."""
        return () if self.link is None else (self.link,)

    def is_made_again(self, fields: Mapping[str, tuple[object, object]]) -> bool:
        """Whether the old entry has to go for this one, from which it differs in ``fields``: name -> (old, new)."""
        return not self.recreated_by.isdisjoint(fields)

    @property
    def is_hardware(self) -> bool:
        """Whether it is there or it is not: configuration can change it and cannot make it."""
        return False

    def lens(self, live: Resource) -> Resource:
        """``live`` as this wish sees it: what the wish leaves open is blanked. Most kinds leave nothing open."""
        return live

    def taking(self, names: Collection[str], live: Resource) -> Self:
        """This wish, with the attributes of these ``names`` (as in ``values``) as ``live``, of the same key, has them.

        A wish that was taken so for some names, and changes, never writes these.
        """
        fields = {str(f.metadata.get("json", f.name)): f.name for f in dataclasses.fields(self) if f.compare}
        taken: dict[str, Any] = {fields[name]: getattr(live, fields[name]) for name in names if name in fields}
        return dataclasses.replace(self, **taken)


State = Mapping[Key, Resource]
"""Resources by identity."""


def state_of(resources: Iterable[Resource]) -> dict[Key, Resource]:
    """Index resources by their key; of two with one key the first stays (the kernel uses the first, too)."""
    state: dict[Key, Resource] = {}
    for resource in resources:
        state.setdefault(resource.key, resource)
    return state


def ordered(resources: Iterable[Resource]) -> list[Resource]:
    """Resources in the order in which they are printed: by kind, then by rank."""
    return sorted(resources, key=lambda resource: resource.place)


class Unknown(NamedTuple):
    """A wish that cannot be computed, since a fact is missing. ``name`` may hold ``*`` for what is not known."""

    kind: str
    name: str
    missing: str

    @property
    def is_glob(self) -> bool:
        """Whether it may be several entries."""
        return any(sign in self.name for sign in "*?[")

    def covers(self, key: Key) -> bool:
        """Whether the live entry ``key`` may be this wish: then it is not pruned."""
        return key.kind == self.kind and fnmatchcase(key.name, self.name)


@dataclass(frozen=True, slots=True)
class Live:
    """What a device has: the part that is ours to change, and the part that is not."""

    ours: State
    foreign: State
