"""What was understood of a state is kept for as long as the very same state is walked through again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """What was made of objects that do not change, by their identity; what was not used for longest is forgotten."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._found: OrderedDict[Hashable, tuple[Sequence[object], T]] = OrderedDict()

    def of(self, objects: Sequence[object], make: Callable[[], T]) -> T:
        key = tuple(map(id, objects))
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = (objects, make())  # who keeps the objects keeps their identity theirs
            if len(self._found) > self._room:
                self._found.popitem(last=False)
        else:
            self._found.move_to_end(key)
        return found[1]
