"""A test of one receiver: an alert that says that it is none, and its end, really sent."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_hex
from typing import NamedTuple

from reconciler.desired.secret import SecretMissing
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.failure import Failure
from reconciler.sinks.alerts.message import Item, Message, message
from reconciler.sinks.alerts.sender import Sender

WORDS = "somebody tries out whether alerts arrive here: nothing is wrong"


class Result(NamedTuple):
    """``words``: what the receiver answers, or why nothing arrives there."""

    receiver: str
    ok: bool
    words: str


async def tried(name: str, sender: Sender, clock: Clock) -> Result:
    """Whether both arrive. Nothing raises."""
    words = ""
    for step in _steps(name, clock):
        try:
            words = await sender.send(step)
        except (Failure, SecretMissing) as error:
            return Result(name, False, str(error))
        except Exception as error:  # its words may hold what nobody is to see
            return Result(name, False, f"a mistake of ours, please report it: {type(error).__name__}")
    return Result(name, True, f"a test and its end are sent: {words}")


def _steps(name: str, clock: Clock) -> list[Message]:
    now = clock.today()
    alert = Alert(token_hex(6), "test", name, WORDS, now)
    over = replace(alert, ended=now, outcome="the test is over")
    return [message([Item("opened", 1, alert)]), message([Item("resolved", 1, over)])]
