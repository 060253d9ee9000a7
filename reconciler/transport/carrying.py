"""A script on its way into a shell: what goes in one round trip, on which conditions, and what came of each line."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.core.driver import Answer, Failure, Line, Script
from reconciler.core.failpoint import failpoint
from reconciler.core.interlock import Asked, Expects
from reconciler.transport.batch import Batch, batches

Ask = Callable[[Sequence[str]], Awaitable[Sequence[Answer]]]
"""Commands for a shell, all in one round trip, with their answers in order. Raises: Unreachable."""

TRIES = 4
"""How often a table may have become another one while its text was on the way to us."""
CHURN = "its tables change faster than they can be compared"
SAME = "same"
"""What the shell says of an answer that is the expected one; no table of a device is that text."""


class Hold(NamedTuple):
    """What a batch stands under: ``take`` fails, with words on its standard error, where nothing may be sent now.

    ``give`` is said after the last line, sent or not; if it fails, the batch was not alone.
    """

    take: str = "true"
    give: str = "true"


FREE = Hold()


class NotSent(Exception):
    """Nothing was sent, or under a hold that was lost; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries scripts out by ``ask``, each round trip under the same ``hold``."""

    ask: Ask
    hold: Hold = FREE

    async def carry_out(self, script: Script) -> Sequence[Failure]:
        """Makes in one round trip, and only if all of them worked, breaks in a second one.

        The first of them looks whether all is as ``script.expects``; the second follows at once. Raises: Unreachable.
        """
        first, then = (script.makes, script.breaks) if script.makes else (script.breaks, ())
        try:
            if failures := await self._lines(first, script.expects):
                return failures
            failpoint("makes sent")
            failures = await self._lines(then, None)
            failpoint("breaks sent")
            return failures
        except NotSent as not_sent:
            return [not_sent.failure]

    async def _lines(self, lines: Sequence[Line], expects: Expects | None) -> Sequence[Failure]:
        if not lines:
            return []
        failures: list[Failure] = []
        again: list[Batch] = []
        for batch, refused in await self._send(batches(lines), expects):
            one_by_one = batch.again(refused)
            again += one_by_one
            failures += [] if one_by_one else refused
        if again:
            failures += [failure for _, refused in await self._send(again, None) for failure in refused]
        return failures

    async def _send(self, sent: Sequence[Batch], expects: Expects | None) -> Sequence[tuple[Batch, list[Failure]]]:
        """Raises: NotSent. What differs in its text may still mean the same: then that text is what is expected."""
        asked = expects.asked if expects else ()
        fresh: dict[str, Answer] = {}
        for _ in range(TRIES):
            taken, *answers, given = await self.ask(list(self._commands(sent, asked, fresh)))
            if taken.status:
                raise NotSent(Failure(None, _said(taken)))
            looked, answers = answers[: len(asked)], answers[len(asked) :]
            other = {one.question: answer for one, answer in zip(asked, looked, strict=True) if not _is_same(answer)}
            if not other:
                if given.status:
                    raise NotSent(Failure(None, _said(given)))
                return [(batch, list(batch.failures(answer))) for batch, answer in zip(sent, answers, strict=True)]
            fresh |= other
            if expects and (why := expects.differing(fresh)):
                raise NotSent(Failure(None, why, nature="stale"))
        raise NotSent(Failure(None, CHURN, nature="stale"))

    def _commands(self, sent: Sequence[Batch], asked: Sequence[Asked], told: Mapping[str, Answer]) -> Iterator[str]:
        terminator = secrets.token_hex(16)
        yield f"rec_go=yes\n{self.hold.take} || {{ rec_go=; (exit 1); }}"
        for number, one in enumerate(asked):
            yield _look(one, f"rec_told{number}", told=one.question in told)
        for batch in sent:
            yield f'if [ "$rec_go" ]; then {batch.command(terminator)}\nfi'
        yield f'[ ! "$rec_go" ] || unset rec_go{_names(len(asked))}\n{self.hold.give}'


def _look(asked: Asked, name: str, *, told: bool) -> str:
    """Whether an answer is the expected one: that with the digest, or the one that the shell has ``told`` us last.

    If not the shell tells it, and remembers it as ``name``. A node without `sha256sum` tells always.
    """
    again = f"{{ {asked.question}\n}} 2>/dev/null{asked.still and f' | {asked.still}'}"
    if told:
        look, same = f"rec_now=$({again})", f'[ "$rec_now" = "${name}" ]'
        tell = f"{name}=$rec_now"
    else:
        look, same = f"rec_now=$({again} | sha256sum 2>/dev/null)", f'[ "${{rec_now%% *}}" = "{asked.digest or "?"}" ]'
        tell = f"{name}=$({again})"
    return f"{look}\nif {same}; then echo {SAME}; else rec_go=; {tell}; printf '%s\\n' \"${name}\"; fi"


def _names(count: int) -> str:
    return "".join(f" rec_told{number}" for number in range(count)) + " rec_now"


def _is_same(answer: Answer) -> bool:
    return answer.text.strip() == SAME


def _said(answer: Answer) -> str:
    return " ".join(answer.error.split()) or f"exit status {answer.status}"
