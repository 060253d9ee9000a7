"""Right before a device is written to: is what is about to change still as it was read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from reconciler.core.driver import Answer


class Asked(NamedTuple):
    """One question that is asked again in the very round trip that writes.

    ``digest``: SHA-256 of its answer as it was read, in hexadecimal digits; empty: not known, so that the answer counts
    as another one. ``still``: shell words that the answer goes through first, to hide what changes by itself.
    """

    question: str
    digest: str = ""
    still: str = ""


class Expects(Protocol):
    """What a script takes for granted of the device. Pure."""

    @property
    def asked(self) -> Sequence[Asked]: ...

    def differing(self, fresh: Mapping[str, Answer]) -> str:
        """Why the script must not be sent any more; empty: all that it is about is as it was read.

        ``fresh``: by question, the answers that are not the ones that were read. All others are.
        """
        ...
