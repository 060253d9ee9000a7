"""What is told of one device: each fact once, as an episode that begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from reconciler.core.plan import DevicePlan
from reconciler.core.words import plural
from reconciler.daemon.drift import KEPT, Drift, listed, shows_drift
from reconciler.daemon.hub import Hub
from reconciler.daemon.standing import Phase
from reconciler.report.event import Event
from reconciler.report.plan_json import change_document

OVER: dict[Phase | str, str] = {
    "unreadable": "can be read again",
    "held": "no longer held",
    "withheld": "no longer withheld",
    "failed": "as wanted after all",
    "drift": "the drift is gone",
    "advice": "no advice any more",
}
"""How an episode ends of which nothing else is known."""
PENDING = "what has drifted still differs, and waits as a part of the new revision"


@dataclass
class Telling:
    """One device's news."""

    hub: Hub
    device: str
    _drift: Drift | None = None
    _failures: int = 0

    def noticed(self, device: DevicePlan, digest: str, told: float | None) -> Drift | None:
        """A drift is told once, however often it is looked at before it is gone."""
        if not shows_drift(device):
            self._drift = None
        elif self._drift is None or self._drift.digest != digest:
            seen, by = told or self.hub.now(), self.hub.who(self.device)
            self._drift = Drift(
                self.device, digest, device.changes, by, seen, told is not None, self.hub.good.get(self.device)
            )
            if device.writes:  # else `settled` says at once why it stays
                self._say(self._drift)
        return self._drift

    def done(self, device: DevicePlan, drift: Drift | None) -> None:
        """What was to be written is, and proven."""
        written = [planned for planned in device.changes if planned.written]
        if drift is not None and written:
            now = self.hub.now()
            applied = replace(drift, changes=device.changes)  # when it was noticed they may have had to wait
            data = {**applied.data, "took": round(max(0.0, now - drift.seen), 3)}
            self.hub.conditions.end("drift", self.device, drift.healed(now), told_as="healed", data=data)
        elif written:
            words = f"{self.device}: applied and proven {plural(len(written), 'change')}: {listed(written)}"
            changes = [change_document(planned, device.cause) for planned in written[:KEPT]]
            data = {"changes": changes, "count": len(written)}
            self.hub.tell(Event("applied", words, self.device, data=data))
        self._drift = None

    def lost(self, kind: Phase, reason: str) -> None:
        self._begin(kind, f"{self.device} is {kind}: {reason}")

    def answers(self) -> None:
        self.hub.conditions.end("unreachable", self.device, f"{self.device} answers again")

    def failed(self, reason: str) -> None:
        """The first time it is tried again at once: somebody may just have been in the middle of a change."""
        words = f"applying failed on {self.device}: {reason}"
        self.hub.tell(Event("retry", words, self.device, "debug" if self._failures else "warning"))
        if self._failures:
            self.hub.conditions.begin("failed", self.device, words, level="error", device=self.device)
        self._failures += 1

    def settled(self, device: DevicePlan, digest: str) -> Phase:
        """Nothing of this plan is to be written now. What that makes of the device."""
        self._failures = 0
        phase, why = verdict(device)
        waits = f"{why}; `reconcile approve {digest}` applies it" if device.approvable else why
        drift = self._drift if phase != "in sync" and shows_drift(device) else None
        now = {"drift" if drift else phase, *(["advice"] if device.notes else [])}
        for kind in OVER.keys() - now:
            over = PENDING if kind == "drift" and device.changes else OVER[kind]
            self.hub.conditions.end(kind, self.device, f"{self.device}: {over}")
        if drift is not None:
            self._say(drift, f"{phase}: {waits}")
        elif phase != "in sync":
            words = f"{self.device} is {phase}: {reason(device, waits)}"
            self._begin(phase, words, lambda: _waiting(device, digest, waits))
        if device.notes:
            self._begin("advice", f"{self.device}: {'; '.join(device.notes)}")
        return phase

    def fights(self, device: DevicePlan) -> None:
        """What is withheld for somebody puts it back again and again is said once, and kept."""
        fights = self.hub.restraints.fights
        for planned in device.changes if device.cause == "drift" else ():
            if fight := fights.judged(self.device, planned.change):
                fights.begin(fight)
                self.hub.conditions.begin("fight", fight.subject, f"{self.device}: {fight}", device=self.device)

    def _say(self, drift: Drift, waits: str = "") -> None:
        def data() -> Mapping[str, object]:
            return {**drift.data, "noticed": self.hub.now(), **({"waits": waits} if waits else {})}

        self._begin("drift", drift.words(waits), data, since=drift.seen)

    def _begin(
        self, kind: str, words: str, data: Callable[[], Mapping[str, object]] = dict, since: float | None = None
    ) -> None:
        """``data`` costs some milliseconds, and a device that is held is looked at every few seconds."""
        conditions = self.hub.conditions
        if not conditions.says(kind, self.device, words):
            conditions.begin(kind, self.device, words, device=self.device, since=since, data=data())


def _waiting(device: DevicePlan, digest: str, waits: str) -> dict[str, object]:
    """A plan that is not written now, for programs: of a device whose plan is not known, why alone."""
    changes = [change_document(planned, device.cause) for planned in device.changes[:KEPT]]
    return {"waits": waits, **({"digest": digest, "changes": changes, "count": len(device.changes)} if changes else {})}


def verdict(device: DevicePlan) -> tuple[Phase, str]:
    """How a device stands of whose plan nothing is to be written now, and why."""
    if device.status != "ok":
        return device.status, device.reason
    waits = list(dict.fromkeys(planned.withheld or "only planned" for planned in device.changes))
    return ("withheld", "; ".join(waits)) if waits else ("in sync", "")


def reason(device: DevicePlan, waits: str) -> str:
    """Why, and what waits."""
    if device.status != "ok" or not device.changes:
        return waits
    return f"{plural(len(device.changes), 'difference')}: {waits}: {listed(device.changes)}"
