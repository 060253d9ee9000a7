"""Attributes that a document may leave open: left out, they stay on the switch as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource


class Open(Resource):
    """``open``: attribute -> its value where a switch prints nothing. Absent in a wish: not ours, left as it is.

    A switch is always read into the shorter form: absent where it prints nothing.
    """

    __slots__ = ()

    open: ClassVar[Mapping[str, object]] = {}

    def lens(self, live: Resource) -> Resource:
        """``live`` with what this wish leaves open blanked, and with the defaults that it says aloud."""
        seen: dict[str, Any] = {
            name: self._seen(name, getattr(live, name), default) for name, default in self.open.items()
        }
        changed = {name: value for name, value in seen.items() if value != getattr(live, name)}
        return dataclasses.replace(live, **changed) if changed else live

    def _seen(self, name: str, live: object, default: object) -> object:
        if getattr(self, name) is None:
            return None
        return default if live is None else live

    def filled(self, live: Self | None) -> Self:
        """This wish as the switch prints it once it has come true: what is open stays as it is in ``live``."""
        full: dict[str, Any] = {name: self._full(name, live, default) for name, default in self.open.items()}
        changed = {name: value for name, value in full.items() if value != getattr(self, name)}
        return dataclasses.replace(self, **changed) if changed else self

    def _full(self, name: str, live: Self | None, default: object) -> object:
        wanted = getattr(self, name)
        if wanted is None and live is not None:
            wanted = getattr(live, name)
        return None if wanted == default else wanted

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """JSON has lists where a resource has tuples."""
        return super().of_values({name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
