"""How applying to one device ended."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.driver import Failure
from reconciler.core.plan import DevicePlan


@dataclass(frozen=True, slots=True)
class Outcome:
    """``residue``: what still differs although everything was sent. ``error``: why it is not known, or did not last.

    ``warnings``: what there is to say although all is well. ``unsaved``: the device does not boot with it.
    ``taken_back``: all of it was undone, for a reason of its own, or because of another device that failed.
    """

    device: str
    failures: tuple[Failure, ...] = ()
    residue: DevicePlan | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()
    unsaved: bool = False
    taken_back: bool = False

    own: bool = True
    """Whether the trouble, if there is some, is the device's own."""

    @property
    def culprit(self) -> bool:
        """Whether it is this device that failed."""
        return self.own and not self.ok

    @property
    def left(self) -> list[str]:
        """What still differs, in words."""
        changes = self.residue.changes if self.residue is not None else ()
        return [f"still differs after applying: {planned.change.verb} {planned.change.key}" for planned in changes]

    @property
    def ok(self) -> bool:
        return not self.failures and not self.error and (self.residue is None or not self.residue.changes)
