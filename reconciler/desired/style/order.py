"""In which order the fields of a document stand: as its model declares them, what it does not know behind them."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

from reconciler.desired.device import InventoryShape
from reconciler.desired.documents import KINDS
from reconciler.desired.documents.metadata import CalicoMetadata
from reconciler.desired.examples import bare, inside, is_model

HEAD = ("apiVersion", "kind", "metadata", "spec")
INVENTORY = "Inventory"
MODELS: dict[str, type[BaseModel]] = {INVENTORY: InventoryShape, **KINDS}


class Step:
    """A place in a document, by the type of what stands there; ``None``: no model knows."""

    __slots__ = ("kind",)

    def __init__(self, kind: Any) -> None:
        self.kind = bare(kind)

    def to(self, name: str | int) -> Step:
        """One step down."""
        return Step(inside(self.kind, name) if self.kind is not None else None)

    def rank(self, name: str) -> int:
        """Where a field stands among the others; unknown ones after all known."""
        if not is_model(self.kind):
            return 0
        ranks = _ranks(self.kind)
        return ranks.get(name, len(ranks))


@cache
def _ranks(model: type[BaseModel]) -> dict[str, int]:
    names = [field.alias or name for name, field in model.model_fields.items()]
    first = [name for name in getattr(model, "first", ()) if name in names]
    return {name: place for place, name in enumerate([*first, *(name for name in names if name not in first)])}


class Top(Step):
    """The whole document of one kind."""

    __slots__ = ("spec",)

    def __init__(self, spec: type[BaseModel] | None) -> None:
        super().__init__(None)
        self.spec = spec

    def to(self, name: str | int) -> Step:
        return Step({"metadata": CalicoMetadata, "spec": self.spec}.get(str(name)))

    def rank(self, name: str) -> int:
        return HEAD.index(name) if name in HEAD else len(HEAD)


def top(kind: str) -> Top:
    """The document of one of our kinds, of Calico's, or an Inventory."""
    return Top(MODELS[kind])
