"""Named points at which tests kill us or break something: between any two steps of a transaction, in the journal."""

from __future__ import annotations

from collections.abc import Callable

Reached = Callable[[str], None]


class Failpoints:
    """``hear``: is told the name of each point as it is reached; nobody listens unless a test asks for it."""

    def __init__(self) -> None:
        self.hear: Reached | None = None

    def __call__(self, name: str) -> None:
        if self.hear is not None:
            self.hear(name)


failpoint = Failpoints()
"""``failpoint("armed")``: one comparison where nobody listens."""
