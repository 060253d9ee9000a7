"""One transaction as a conversation: what is usually said and answered, and what differs in a test."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reconciler.core.change import Change
from reconciler.core.driver import Failure
from reconciler.core.resource import Key
from reconciler.switch.dialogue import Lost, Run, Say
from reconciler.switch.eos import EosDriver, Transaction, pending, status
from reconciler.switch.eos.witness import LOG
from reconciler.switch.kinds import Vlan
from tests.switch.running import RUNNING, reading, session_diff

DONE = RUNNING.replace("name core", "name heart")
QUIET = json.dumps({"sessions": {}, "maxOpenSessions": 5})
PORTS = json.dumps({"interfaceStatuses": {"Ethernet1": {"linkStatus": "connected"}}})
BRIEF = json.dumps({"interfaces": {"Vlan10": {"lineProtocolStatus": "up"}}})
BRIEF_DOWN = json.dumps({"interfaces": {"Vlan10": {"lineProtocolStatus": "lowerLayerDown"}}})
RUN = Run("cafe")
NAME = "rec-cafe-3"
ASKED = [pending.QUESTION, status.PORTS, status.ADDRESSED]
FILLED = [f"configure session {NAME}", "vlan 10", "name heart", "end", f"configure session {NAME}"]
COMMITTED = ["show session-config diffs", "show running-config", "commit timer 00:02:00"]
PROVEN = ["show running-config", LOG, status.PORTS, status.ADDRESSED]
CONFIRMED = [f"configure session {NAME} commit", pending.QUESTION]
SAID = [*ASKED, *FILLED, *COMMITTED, *PROVEN, *CONFIRMED]
KEPT = "; nothing was changed"
ABORT = f"configure session {NAME} abort"


def transaction() -> Transaction:
    change = Change(reading().found[Key("vlan", "10")], Vlan(id=10, label="heart"))
    script = EosDriver().write([change], reading())
    assert isinstance(script, Transaction)
    return script


def hold(script: Transaction, *differing: tuple[int, str | Lost]) -> tuple[list[str], Sequence[Failure]]:
    """All that is said, and the verdict; ``differing``: answers that are not as usual, by the number of the saying."""
    said: list[str] = []
    says: list[Say] = []
    different = dict(differing)
    talk = script.talk(RUN, 3)
    try:
        say = next(talk)
        while True:
            answer = different.get(len(said), usual(say.text, committed=COMMITTED[2] in said))
            said.append(say.text)
            says.append(say)
            say = talk.throw(answer) if isinstance(answer, Lost) else talk.send(answer)
    except StopIteration as end:
        failures: Sequence[Failure] = end.value
        return said, failures


def usual(text: str, *, committed: bool) -> str:
    answers = {
        pending.QUESTION: QUIET,
        status.PORTS: PORTS,
        status.ADDRESSED: BRIEF,
        "show session-config diffs": session_diff(RUNNING, DONE),
        "show running-config": DONE if committed else RUNNING,
    }
    return answers.get(text, "")
