"""A history as JSON that is written entry by entry, and asked as the daemon is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import click
from jsonschema import Draft202012Validator

from reconciler.cli.control import Control
from tests.cli.standing import FORGED, LOST, NOW, REVISION

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/history.v1.json").read_text()))
ENTRIES = "/v1/history"


def lost(dst: str) -> dict[str, Any]:
    """Somebody has removed a route."""
    return {**LOST, "name": f"{dst} table 254 metric 0", "after": {**LOST["after"], "dst": dst}}


class Recorded(Control):
    """Entries have numbers in the order in which they began."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.asked: list[str] = []

    def begin(self, kind: str, ago: float, **more: Any) -> dict[str, Any]:
        entry = {"id": len(self.entries) + 1, "kind": kind, "began": NOW - ago, "revision": REVISION, **more}
        self.entries.append(entry)
        return entry

    def end(self, entry: dict[str, Any], outcome: str, after: float, ending: str = "") -> None:
        entry |= {"ended": entry["began"] + after, "outcome": outcome, **({"ending": ending} if ending else {})}

    def drift(
        self, device: str, ago: float, changes: Iterable[dict[str, Any]] = (FORGED,), by: str = ""
    ) -> dict[str, Any]:
        found = list(changes)
        told = {"device": device, "cause": "drift", "digest": "9e01962fb62a", "episode": f"{len(self.entries):012x}"}
        words = f"drift on {device}: ~ route 10.1.0.0/16 table 254 metric 0 gateway 10.0.0.66 → 10.0.0.1"
        who = {"by": by} if by else {}
        return self.begin("drift", ago, **told, words=words, count=len(found), changes=found, **who)

    def revision(
        self, devices: Iterable[str], ago: float, changes: Iterable[dict[str, Any]] = (LOST,)
    ) -> dict[str, Any]:
        """One that is put in force, written to devices, and proven."""
        found, names = list(changes), list(devices)
        entry = self.begin("revision", ago, subject="Rename the cable", by="Ada")
        for number, name in enumerate(names):
            more = {"count": len(found), "changes": [{**one, "cause": "pending"} for one in found]} if found else {}
            child = self.begin("change", ago - 0.2, device=name, cause="pending", by="Ada", parent=entry["id"], **more)
            self.end(child, "applied", 0.3 + number / 100, f"{name}: applied and proven")
        entry |= {"devices": len(names), "count": len(found) * len(names)} if names else {}
        words = f"revision b03484800f36: {len(names)} of {len(names)} devices in sync after 2.1 s"
        self.end(entry, "converged", 2.1, words)
        return entry

    def get(self, path: str) -> dict[str, Any]:
        self.asked.append(path)
        found = {"schema": "reconciler/history/v1", "entries": self._answer(urlsplit(path))}
        SCHEMA.validate(found)
        return found

    def _answer(self, place: SplitResult) -> list[dict[str, Any]]:
        if place.path == ENTRIES:
            return self._find(parse_qs(place.query))
        number = int(place.path.removeprefix(f"{ENTRIES}/"))
        found = [entry for entry in self.entries if number in (entry["id"], entry.get("parent"))]
        if not found:
            raise click.ClickException(f"there is no entry {number}")
        return found

    def _find(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        asked = {name: values[0] for name, values in query.items()}
        globs = {name: asked[name] for name in ("device", "by", "kind", "outcome") if name in asked}
        fits = [
            {**entry, "changes": entry["changes"][:5]} if "changes" in entry else entry
            for entry in reversed(self.entries)
            if all(fnmatchcase(str(entry.get(name, "")), glob) for name, glob in globs.items())
            and entry["began"] >= float(asked.get("since", 0))
            and entry["id"] < int(asked.get("before", 10**9))
            and ("parent" not in entry or "device" in asked)
        ]
        return fits[: int(asked["limit"])]


def a_night() -> Recorded:
    """What somebody reads who is called at three."""
    past = Recorded()
    past.end(past.begin("daemon", 86400, words="ready: 5 devices at revision b03484800f36"), "done", 0)
    past.revision(["k01-worker", "k01-worker2"], 7200)
    away = past.begin(
        "unreachable", 3600, device="k01-worker", words="k01-worker is unreachable: 172.20.20.5: no answer"
    )
    past.end(away, "resolved", 12.2, "k01-worker answers again")
    past.end(past.drift("ceos01", 1800, by="bob on vty3 (10.0.0.5)"), "healed", 0.5404, "ceos01: put back 1 entry")
    past.drift("k01-worker3", 720, [FORGED, *(lost(f"10.{number}.0.0/16") for number in range(2, 7))])
    held = {"device": "k01-worker", "cause": "pending", "by": "Ada", "parent": 2, "count": 1, "changes": [LOST]}
    past.end(past.begin("change", 300, **held), "failed", 1.5, "applying failed on k01-worker: RTNETLINK: File exists")
    words = "k01-control-* is suspended until 2026-11-21 05:04:04 +0000 by ada since 2026-11-21 03:03:04 +0000: cabling"
    past.end(past.begin("suspended", 61, subject="k01-control-*", by="ada", words=words), "done", 0)
    bad = "revision 6c396da6273a is bad: desired/nodes.yaml:12:7: unknown field 'adresses'"
    past.begin("revision", 30, subject="source", words=bad, episode="0123456789ab")
    return past
