"""What a source gives: one revision of the documents as a folder, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Unavailable(Exception):
    """Nobody can say what is wanted now: the git host is away, the branch is deleted, there is no such folder.

    It is worth to try again; what was wanted last stays in force. The text is one line, for people.
    """


class Refused(Exception):
    """There is a revision, and it is not believed: unsigned, by an unknown key, crafted, too large.

    ``revision``: its commit. Nothing changes until somebody pushes another one, or the settings change.
    """

    def __init__(self, words: str, revision: str) -> None:
        super().__init__(words)
        self.revision = revision


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed: the principal of the allowed-signers file, and the key's fingerprint (``SHA256:…``)."""

    principal: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.principal} ({self.fingerprint})"


@dataclass(frozen=True, slots=True)
class Checkout:
    """One revision. ``folder`` holds its documents; one exported from git does not change any more.

    ``content`` is the same for two revisions with the same documents (a commit that changed something else).
    ``author``, ``subject`` and ``at`` (when it was committed, in seconds since the epoch; 0: not known) are the
    commit's, for people; ``signature`` is None where none was asked for.
    """

    revision: str
    folder: Path
    content: str
    author: str = ""
    subject: str = ""
    signature: Signature | None = None
    at: float = 0.0


class Source(Protocol):
    """A place where desired state comes from."""

    async def latest(self) -> Checkout:
        """What is wanted now; cheap where nothing has changed. Raises: Unavailable, Refused."""
        ...

    async def at(self, revision: str) -> Checkout:
        """A revision that was believed before, without asking the git host: after a restart while that is away.

        Its signature is verified again, where one is required. Raises: Unavailable where it is not here any more;
        Refused if it is not believed now, or cannot be exported.
        """
        ...

    async def is_forward(self, old: str, new: str) -> bool:
        """Whether ``new`` has ``old`` in its history; a folder has none, so always. Raises: Unavailable."""
        ...
