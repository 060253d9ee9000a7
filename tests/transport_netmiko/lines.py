"""A script for the misbehaving terminal: it says its lines, whatever the answers are."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from reconciler.core.driver import Failure
from reconciler.switch.dialogue import Dialogue, Lost, Run, Say

FINAL, FRESH = "commit", "fresh"


@dataclass(frozen=True, slots=True)
class Lines(Dialogue):
    """``commit`` is final, ``fresh`` is said on a new connection; what was cut off is abandoned on another one."""

    texts: tuple[str, ...] = ()

    def talk(self, run: Run, number: int) -> Generator[Say, str, Sequence[Failure]]:
        answers: list[str] = []
        for text in self.texts:
            try:
                answers.append((yield Say(text, final=text == FINAL, fresh=text == FRESH)))
            except Lost:
                yield Say(f"abandon {self.texts[0]}")
                raise
        return [Failure(None, answer) for answer in answers]

    def leave(self, run: Run, number: int) -> Sequence[Say]:
        return (Say("end"), Say(f"leave {self.texts[0]}"))
