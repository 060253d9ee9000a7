"""How things stand with a fleet, as JSON, and what may go wrong with it: status documents that keep state."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/status.v1.json").read_text()))
NOW = 1_795_230_245.0
"""2026-11-21 03:04:05 UTC."""
REVISION = "b03484800f366ffa2e275c26e5f294a851b166c8"
FORGED: dict[str, Any] = {
    "verb": "update",
    "kind": "route",
    "name": "10.1.0.0/16 table 254 metric 0",
    "cause": "drift",
    "before": {"table": 254, "type": "unicast", "dst": "10.1.0.0/16", "gateway": "10.0.0.66", "dev": "eth1",
               "protocol": 142, "scope": "global", "metric": 0},
    "after": {"table": 254, "type": "unicast", "dst": "10.1.0.0/16", "gateway": "10.0.0.1", "dev": "eth1",
              "protocol": 142, "scope": "global", "metric": 0},
    "fields": {"gateway": ["10.0.0.66", "10.0.0.1"]},
    "origin": "nodes.yaml:7",
    "commands": ["ip route replace 10.1.0.0/16 via 10.0.0.1 dev eth1 proto 142"],
    "written": True,
}  # fmt: skip
LOST: dict[str, Any] = {
    **FORGED,
    "verb": "create",
    "name": "10.2.0.0/16 table 254 metric 0",
    "before": {},
    "after": {**FORGED["after"], "dst": "10.2.0.0/16"},
    "fields": {},
    "origin": "nodes.yaml:8",
    "commands": ["ip route replace 10.2.0.0/16 via 10.0.0.1 dev eth1 proto 142"],
}


class Stand:
    """Everything is in sync; then one thing after the other goes wrong. ``found``: as it stands."""

    def __init__(self, names: Iterable[str]) -> None:
        source = {"revision": REVISION, "subject": "Rename the cable", "author": "Ada", "at": NOW - 11130}
        self.found: dict[str, Any] = {
            "schema": "reconciler/status/v1",
            "version": "0.1.0",
            "started": NOW - 187200,
            "source": {**source, "looked": NOW - 12},
            "devices": {name: {"phase": "in sync", "since": NOW - 3600, "revision": REVISION} for name in names},
            "conditions": [],
            "suspended": [],
            "fights": [],
            "over": [],
        }

    @property
    def document(self) -> dict[str, Any]:
        """As it comes over the socket."""
        found: dict[str, Any] = json.loads(json.dumps(self.found))
        SCHEMA.validate(found)
        return found

    def turn(self, name: str, phase: str, reason: str = "", ago: float = 720, **more: Any) -> None:
        """A device comes to another phase."""
        self.found["devices"][name] = {"phase": phase, "since": NOW - ago, "reason": reason, **more}

    def begin(self, kind: str, subject: str, words: str, ago: float = 720, **more: Any) -> None:
        """A condition holds from now on."""
        conditions = self.found["conditions"]
        known = f"{len(conditions):012x}"
        conditions.append({"id": known, "kind": kind, "subject": subject, "words": words, "since": NOW - ago, **more})

    def drift(self, name: str, waits: str, changes: Iterable[dict[str, Any]] = (FORGED,), by: str = "") -> None:
        """Somebody has changed a device, and it is not put back."""
        found = list(changes)
        who: dict[str, Any] = {"by": by} if by else {}
        words = f"drift on {name}: ~ {FORGED['kind']} {FORGED['name']}; {waits}"
        self.begin("drift", name, words, changes=found[:5], count=len(found), **who)

    def suspend(self, target: str, reason: str, by: str, left: float) -> None:
        one = {"target": target, "reason": reason, "by": by, "since": NOW - 61, "until": NOW + left}
        self.found["suspended"].append(one)

    def fight(self, device: str, words: str) -> None:
        self.found["fights"].append({"device": device, "key": "vlan 10", "words": words})
        self.begin("fight", f"{device}: vlan 10", words)

    def end(self, kind: str, subject: str, words: str, ago: float, lasted: float) -> None:
        """What was wrong is over."""
        times = {"since": NOW - ago - lasted, "ended": NOW - ago}
        one = {"id": "9" * 12, "kind": kind, "subject": subject, "words": words, **times}
        self.found["over"].insert(0, one)

    def put(self, **fields: Any) -> None:
        """Whatever else."""
        self.found.update(fields)


def calm() -> Stand:
    """Five devices, and nothing to do."""
    return Stand(["ceos01", "k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3"])


def everything_wrong() -> Stand:
    """Five devices, of which none is well."""
    stand = calm()
    bad = "revision 6c396da6273a is bad: desired/nodes.yaml:12:7: unknown field 'adresses', did you mean 'addresses'?"
    stand.begin("revision", "source", bad, 1500)
    failed = "ip route replace 10.1.0.0/16 via 10.0.0.9 dev eth1: RTNETLINK answers: Network is unreachable"
    stand.turn("k01-worker2", "failed", failed, 185)
    stand.turn("k01-worker3", "unreachable", "172.20.20.4: shows another host key than known_hosts has", 45)
    stand.turn("k01-worker", "held", "heal: hold", 720, digest="9e01962fb62a", differences=2, revision=REVISION)
    stand.drift("k01-worker", "held: heal: hold", [FORGED, LOST])
    cabling = "1 difference: suspended until 2026-11-21 05:04:04 +0000 by ada since 2026-11-21 03:03:04 +0000: cabling"
    stand.turn(
        "k01-control-plane", "withheld", f"{cabling}: + route {LOST['name']} …", 40, differences=1, revision=REVISION
    )
    stand.begin("withheld", "k01-control-plane", f"{cabling}: + route {LOST['name']} …", 40, changes=[LOST], count=1)
    stand.suspend("k01-control-*", "cabling", "ada", 7199)
    stand.turn("ceos01", "withheld", "1 difference: fight over vlan 10", 610, differences=1)
    stand.drift("ceos01", "withheld: a fight", by="bob on vty3 (10.0.0.5)")
    stand.fight("ceos01", "vlan 10 is changed again and again: name Wrong → Calico-Network")
    stand.begin("advice", "k01-worker", "k01-worker: systemd-networkd would delete routes: ManageForeignRoutes=no")
    stand.end("unreachable", "k01-worker", "k01-worker answers again", 300, 12)
    stand.put(alerts={"oncall": 3, "mail": 0})
    return stand


def storm(devices: int = 500) -> Stand:
    """A hall without power, and what else is wrong with a fleet at the same time."""
    stand = Stand([f"k{number:03}" for number in range(1, devices + 1)])
    for number in range(1, devices * 3 // 5 + 1):
        stand.turn(
            f"k{number:03}", "unreachable", f"10.0.{number // 256}.{number % 256}: no answer within 5 s", 90 + number
        )
    for number in range(devices * 3 // 5 + 1, devices * 3 // 5 + 41):
        digest = f"{number:012x}"
        stand.turn(f"k{number:03}", "held", "heal: hold", 60, digest=digest, differences=1)
        stand.drift(f"k{number:03}", "held: heal: hold")
    for number in range(devices - 29, devices + 1):
        stand.turn(f"k{number:03}", "failed", f"line {number}: RTNETLINK answers: File exists", number)
    stand.begin("source", "source", "the source cannot be read: git.example.net: no route to host")
    return stand
