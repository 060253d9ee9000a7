"""A script for the misbehaving terminal: it says its lines, whatever the answers are."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from reconciler.core.driver import Failure
from reconciler.switch.dialogue import Dialogue, Say

FINAL = "commit"


@dataclass(frozen=True, slots=True)
class Lines(Dialogue):
    """Stops with an error of its own at ``fail``; ``commit`` is final."""

    texts: tuple[str, ...] = ()

    def talk(self, run: str, number: int) -> Generator[Say, str, Sequence[Failure]]:
        answers: list[str] = []
        for text in self.texts:
            if text == "fail":
                raise RuntimeError("a mistake of ours")
            answers.append((yield Say(text, final=text == FINAL)))
        return [Failure(None, answer) for answer in answers]

    def abandon(self, run: str, number: int) -> Say:
        return Say(f"abandon {number}")

    def leave(self, run: str, number: int) -> Sequence[Say]:
        return (Say("end"), Say(f"leave {number}"))
