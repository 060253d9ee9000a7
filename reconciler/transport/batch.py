"""Lines for ``ip`` and ``bridge`` as batches, and what came of each line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reconciler.core.driver import Answer, Failure, Line

BATCHERS = frozenset({"ip", "bridge"})
LAST = "link show dev end-of-batch"
"""Always refused, with its line number: without that, the batch has ended before its end."""
FAILED = re.compile(r"Command failed .*:(\d+)")
GONE = re.compile(r"No such process|No such file or directory|Cannot assign requested address|Cannot find device")
"""What the kernel says to a ``del`` of what is not there: route, neighbour or FDB entry, address, interface."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that one command carries out: consecutive ones of ``ip`` or ``bridge``, or a single one of another."""

    program: str
    lines: Sequence[Line]

    def command(self, terminator: str) -> str:
        """For a shell. ``terminator`` must not be guessable, or a line could end the text it stands in."""
        if self.program not in BATCHERS:
            return str(self.lines[0])
        text = "\n".join([*(line.text for line in self.lines), LAST])
        return f"{self.program} -force -batch - <<'{terminator}'\n{text}\n{terminator}"

    def failures(self, answer: Answer) -> Iterator[Failure]:
        """What was refused, each with its line; a batch that ended early has lines of which nothing is known."""
        if self.program in BATCHERS:
            yield from self._refused(answer)
        elif answer.status:
            yield Failure(self.lines[0], _words([answer.error]) or f"exit status {answer.status}")

    def _refused(self, answer: Answer) -> Iterator[Failure]:
        """`Command failed -:N` follows the reason. An argument error ends the batch, without a number."""
        said: list[str] = []
        for text in answer.error.splitlines():
            failed = FAILED.fullmatch(text.strip())
            if failed is None:
                said.append(text)
                continue
            number = int(failed[1])
            if number > len(self.lines):
                return
            line, reason = self.lines[number - 1], _words(said) or "refused without a reason"
            said.clear()
            if not _was_gone(line, reason):
                yield Failure(line, reason)
        why = _words(said) or "without a word"
        yield Failure(None, f"{self.program} ended its batch early (exit status {answer.status}): {why}")


def batches(lines: Iterable[Line]) -> list[Batch]:
    """The same lines in the same order, in as few commands as possible."""
    grouped: list[Batch] = []
    for program, group in groupby(lines, key=lambda line: line.program):
        if program in BATCHERS:
            grouped.append(Batch(program, tuple(group)))
        else:
            grouped += [Batch(program, (line,)) for line in group]
    return grouped


def _was_gone(line: Line, reason: str) -> bool:
    """Whether a line only asked to remove what had gone by itself, along with an address or an interface."""
    return line.text.split()[1] == "del" and GONE.search(reason) is not None


def _words(said: Iterable[str]) -> str:
    return " ".join(" ".join(said).split())
