"""kill -9 in the middle of what is written to a switch: the history says so, and nobody is told twice."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from tests.lab.warm import lab
from tests.push.conftest import Pusher

pytestmark = pytest.mark.long


def break_switch(pusher: Pusher, *fault: str) -> None:
    ran = lab("break", "--name", pusher.field.lab.name, "switch", *fault)
    assert ran.returncode == 0, ran.stderr


def killed_while_it_writes(pusher: Pusher) -> None:
    """To a switch that answers slowly until then; afterwards another daemon runs."""

    def writes() -> bool:
        status = json.loads(pusher.reconcile("status", "-o", "json").stdout)
        return bool(status["devices"]["ceos01"]["phase"] == "applying")

    pusher.until(writes)
    pusher.stop(signal.SIGKILL)
    break_switch(pusher, "clear")
    pusher.start()


def history(pusher: Pusher, *words: str) -> list[dict[str, Any]]:
    """The oldest first."""
    found = json.loads(pusher.reconcile("history", "-o", "json", *words).stdout)
    return list(reversed(found["entries"]))


def outcomes(pusher: Pusher, *words: str) -> list[str]:
    return [one.get("outcome", "open") for one in history(pusher, *words)]


def test_what_was_being_written_is_cut_short_and_written_anew(pusher: Pusher) -> None:
    assert pusher.push()[0] == 0
    pusher.start()
    pusher.until(lambda: bool(pusher.events("rollout")))
    switch = pusher.work / "desired/switch.yaml"
    switch.write_text(switch.read_text().replace("10: {name: Calico-Network}", "10: {name: Pods}"))
    break_switch(pusher, "slow", "0.3")
    pusher.git("commit", "-qam", "Rename")
    assert pusher.push("-o", "no-wait")[0] == 0
    killed_while_it_writes(pusher)
    pusher.until(lambda: "name Pods" in pusher.field.shown("ceos01", "show running-config"))
    pusher.until(lambda: bool(pusher.events("rollout")))
    pusher.until(lambda: outcomes(pusher, "--kind", "change", "--device", "ceos01")[-1] == "applied")
    assert outcomes(pusher, "--kind", "change", "--device", "ceos01") == ["applied", "cut short", "applied"]
    assert outcomes(pusher, "--kind", "revision") == ["converged", "cut short", "converged"]
    assert outcomes(pusher, "--outcome", "open") == []


def test_a_drift_goes_on_as_the_episode_that_it_was(pusher: Pusher) -> None:
    break_switch(pusher, "slow", "0.3")
    pusher.field.run("ceos01", "configure\ninterface Ethernet4\nswitchport access vlan 10\nend")
    killed_while_it_writes(pusher)
    pusher.until(lambda: bool(pusher.events("healed")))
    (healed,) = pusher.events("healed")
    assert pusher.events("drift") == [], "it was told of before the kill"
    pusher.until(lambda: outcomes(pusher, "--kind", "drift") == ["healed"])
    (entry,) = history(pusher, "--kind", "drift")
    assert (entry["episode"], entry["began"] < entry["ended"]) == (healed["id"], True)
    assert pusher.stop() == 0
