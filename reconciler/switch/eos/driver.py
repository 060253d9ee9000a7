"""Arista EOS: one question, `show running-config`; one answer to a plan, a configuration session."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading
from reconciler.core.resource import Resource
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.session import carriers
from reconciler.switch.eos.step import script
from reconciler.switch.eos.transaction import RUNNING_CONFIG, Transaction
from reconciler.switch.eos.way import way_back
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EosReading(Reading):
    """Keeps the whole text: before a commit everything in it has to be accounted for. ``digest``: of that text."""

    configuration: Configuration
    digest: str = ""


class EosDriver:
    """The language of EOS. ``host``: the address that we reach the switch at; ``client``: our own, where known.

    Both only widen what is never changed (`Reading.session`). Where ``client`` is not given, the transport's word for
    it is believed as far as it forbids more: we may be behind an address translation.
    """

    kinds: Sequence[type[Resource]] = (
        *(Vrf, Vlan, Interface, Svi, Routing, Routing6, StaticRoute, Bgp, BgpNeighbor, BgpListen),
    )
    questions: Sequence[str] = (RUNNING_CONFIG,)

    def __init__(self, host: str = "", client: str = "") -> None:
        self._host = host
        self._client = client
        self._last: tuple[str, EosReading] | None = None

    def read(self, answers: Sequence[Answer]) -> EosReading:
        """The same text, seen from the same place, is the same reading. Raises: Unreadable for half an answer."""
        text, client = answers[0].text, answers[0].client
        digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
        if self._last is not None and self._last[0] == client and self._last[1].digest == digest:
            return self._last[1]
        reading = self._read(text, client, digest)
        self._last = (client, reading)
        return reading

    def _read(self, text: str, client: str, digest: str) -> EosReading:
        configuration = read(text)
        session = carriers(configuration, self._host, self._client)
        if not self._client:
            session = carriers(configuration, self._host, client) | session
        return EosReading(
            found=configuration.found,
            frozen=configuration.frozen,
            partial=configuration.partial,
            session=session,
            way=way_back(configuration, self._host, self._client or client),
            configuration=configuration,
            digest=digest,
        )

    def write(self, changes: Sequence[Change], reading: Reading) -> Transaction:
        """Only lines that change something, in the order that EOS takes.

        Raises: ValueError for what no switch may be told: text that cannot be typed, hardware that should be deleted,
        what is frozen, and what carries our own session (callers hold that back; this is the last gate).
        """
        assert isinstance(reading, EosReading), "a reading of another driver"
        for change in changes:
            if reason := reading.session.get(change.key) or reading.frozen.get(change.key):
                raise ValueError(f"{change.key} is never changed: {reason}")
        makes, breaks = script(all_steps(changes, reading.configuration))
        return Transaction(makes=makes, breaks=breaks, changes=tuple(changes), before=reading.configuration)
