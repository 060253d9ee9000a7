"""Lines for ``ip`` and ``bridge`` as batches, and what came of each line. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reconciler.core.driver import Answer, Failure, Line

BATCHERS = frozenset({"ip", "ip -6", "bridge"})
WORDS = BATCHERS | {"wg"}
"""Programs whose lines are words for them alone, with white space between; ``wg`` has no batch."""
LAST = "link show dev end-of-batch"
"""Always refused, with its line number: without that, the batch has ended before its end."""
ENDING = "neigh "
"""Lines whose refusal by the kernel ends a batch, without a line number: iproute2 6.1, ip/ipneigh.c, ends itself."""
FAILED = re.compile(r"Command failed .*:(\d+)")
GONE = re.compile(
    r"No such process|No such file or directory|Cannot assign requested address|[Aa]ddress not found|Cannot find device"
)
"""What the kernel says to a ``del`` of what is not there: route, neighbour or FDB entry, address, interface."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that one command carries out: consecutive ones of ``ip`` or ``bridge``, or a single one, ``alone``."""

    program: str
    lines: Sequence[Line]
    alone: bool = False

    def command(self, terminator: str) -> str:
        """For a shell. ``terminator`` must not be guessable, or a line could end the text it stands in."""
        if self.alone:
            return self._alone(self.lines[0])
        text = "\n".join([*(line.text for line in self.lines), LAST])
        return f"{self.program} -force -batch - <<'{terminator}'\n{text}\n{terminator}"

    def failures(self, answer: Answer) -> Iterator[Failure]:
        """What was refused, each with its line; a batch that ended early has lines of which nothing is known."""
        if not self.alone:
            yield from self._refused(answer)
        elif answer.status:
            reason = _words([answer.error]) or f"exit status {answer.status}"
            if not _was_gone(self.lines[0], reason):
                yield Failure(self.lines[0], reason)

    def again(self, failures: Iterable[Failure]) -> list[Batch]:
        """What to send one by one after a refusal has ended the batch: idempotent lines, some of them never read."""
        ended = any(failure.line is None for failure in failures)
        return [Batch(self.program, (line,), alone=True) for line in self.lines] if ended and self._may_end else []

    def _alone(self, line: Line) -> str:
        """Words for a program mean nothing to a shell; the line of any other is a shell's already."""
        return shlex.join(str(line).split()) if self.program in WORDS else str(line)

    @property
    def _may_end(self) -> bool:
        return _ends_batch(self.lines[0])

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
    for (program, _), group in groupby(lines, key=lambda line: (line.program, _ends_batch(line))):
        if program in BATCHERS:
            grouped.append(Batch(program, tuple(group)))
        else:
            grouped += [Batch(program, (line,), alone=True) for line in group]
    return grouped


def _ends_batch(line: Line) -> bool:
    return line.program == "ip" and line.text.startswith(ENDING)


def _was_gone(line: Line, reason: str) -> bool:
    """Whether a line only asked to remove what had gone by itself, along with an address or an interface."""
    return line.program in BATCHERS and line.text.split()[1] == "del" and GONE.search(reason) is not None


def _words(said: Iterable[str]) -> str:
    return " ".join(" ".join(said).split())
