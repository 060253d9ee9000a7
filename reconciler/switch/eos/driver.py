"""Arista EOS: one question, `show running-config`; one answer to a plan, a configuration session."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading
from reconciler.core.resource import Resource
from reconciler.switch.bridging import stranded
from reconciler.switch.dialogue import Dialogue
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.direct import Direct
from reconciler.switch.eos.exchange import RUNNING_CONFIG, unmixed
from reconciler.switch.eos.keeping import kept, taken_along
from reconciler.switch.eos.saving import Saving
from reconciler.switch.eos.session import untouchable
from reconciler.switch.eos.step import script
from reconciler.switch.eos.transaction import Transaction
from reconciler.switch.eos.way import way_back
from reconciler.switch.eos.welcome import booted
from reconciler.switch.eos.writing import all_steps
from reconciler.switch.kinds import (
    Bgp,
    BgpListen,
    BgpNeighbor,
    Interface,
    Routing,
    Routing6,
    StaticRoute,
    Svi,
    Vlan,
    Vrf,
)

Save = Literal["own", "always", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EosReading(Reading):
    """Keeps the whole text: before a commit everything in it has to be accounted for. ``digest``: of that text.

    ``booted``: since when the switch runs, in seconds since the epoch by its own clock, where it has told.
    """

    configuration: Configuration
    digest: str = ""
    booted: float | None = None


class EosDriver:
    """The language of EOS. ``host``: the address that we reach the switch at; ``client``: our own, where known.

    Both only widen what is never changed (`Reading.session`). Where ``client`` is not given, the transport's word for
    it is believed as far as it forbids more: we may be behind an address translation. ``timer``: seconds after which
    an unconfirmed commit is taken back; None: no transactions, line by line. ``save``: whether the startup
    configuration follows a change: where it then differs by nothing else, whatever else it differs by, or never.
    """

    kinds: Sequence[type[Resource]] = (
        *(Vrf, Vlan, Interface, Svi, Routing, Routing6, StaticRoute, Bgp, BgpNeighbor, BgpListen),
    )
    questions: Sequence[str] = (RUNNING_CONFIG,)

    def __init__(self, host: str = "", client: str = "", *, timer: int | None = 120, save: Save = "own") -> None:
        self._host = host
        self._client = client
        self._timer = timer
        self._save = save
        self._last: tuple[str, EosReading] | None = None

    def read(self, answers: Sequence[Answer]) -> EosReading:
        """The same text, seen from the same place, is the same reading. Raises: Unreadable for half an answer."""
        text, client, since = answers[0].text, answers[0].client, booted(answers[0].greeting)
        digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
        if self._last is None or self._last[0] != client or self._last[1].digest != digest:
            self._last = (client, self._read(unmixed(text), client, digest))
        if self._last[1].booted != since:
            self._last = (client, dataclasses.replace(self._last[1], booted=since))
        return self._last[1]

    def _read(self, text: str, client: str, digest: str) -> EosReading:
        configuration = read(text)
        session = untouchable(configuration, self._host, self._client)
        if not self._client:
            session = untouchable(configuration, self._host, client) | session
        return EosReading(
            found=configuration.found,
            frozen=configuration.frozen,
            partial=configuration.partial,
            session=session,
            kept=kept(configuration),
            way=way_back(configuration, self._host, self._client or client),
            configuration=configuration,
            digest=digest,
        )

    def write(self, changes: Sequence[Change], reading: Reading) -> Dialogue:
        """Only lines that change something, in the order that EOS takes.

        Raises: ValueError for what no switch may be told: text that cannot be typed, hardware that should be deleted,
        what is frozen, and what carries our own session (callers hold that back; this is the last gate).
        """
        assert isinstance(reading, EosReading), "a reading of another driver"
        for change in changes:
            if reason := reading.session.get(change.key) or reading.frozen.get(change.key):
                raise ValueError(f"{change.key} is never changed: {reason}")
        makes, breaks = script(all_steps(changes, reading.configuration))
        before = reading.configuration
        notes = (*stranded(reading.found, changes), *taken_along(before, changes))
        if self._timer is None:
            return Direct(makes, breaks, notes, before=before)
        return Transaction(makes, breaks, notes, changes=tuple(changes), before=before, timer=self._timer)

    def saving(self, reading: Reading, owns: Callable[[Resource], bool]) -> Saving | None:
        assert isinstance(reading, EosReading), "a reading of another driver"
        if self._save == "never":
            return None
        return Saving(running=reading.configuration, owns=owns, always=self._save == "always")
