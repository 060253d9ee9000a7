"""Arista EOS: one question, `show running-config`; one answer to a plan, a configuration session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading
from reconciler.core.resource import Resource
from reconciler.switch.dialogue import Dialogue
from reconciler.switch.eos import interface, routing, static_route, svi, vlan
from reconciler.switch.eos.addresses import Claims
from reconciler.switch.eos.bridging import stranded
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.direct import Direct
from reconciler.switch.eos.exchange import RUNNING_CONFIG, unmixed
from reconciler.switch.eos.saving import Saving
from reconciler.switch.eos.session import carriers
from reconciler.switch.eos.step import Step, lines
from reconciler.switch.eos.transaction import Transaction
from reconciler.switch.eos.way import way_back
from reconciler.switch.eos.welcome import booted
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan

Save = Literal["own", "always", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EosReading(Reading):
    """Keeps the whole text: before a commit everything in it has to be accounted for.

    ``booted``: since when the switch runs, in seconds since the epoch by its own clock, where it has told.
    """

    configuration: Configuration
    booted: float | None = None


class EosDriver:
    """The language of EOS. ``host``: the address that we reach the switch at; ``client``: our own, where known.

    Both only widen what is never changed (`Reading.session`). Where ``client`` is not given, the transport's word for
    it is believed as far as it forbids more: we may be behind an address translation. ``timer``: seconds after which
    an unconfirmed commit is taken back; None: no transactions, line by line. ``save``: whether the startup
    configuration follows a change: where it then differs by nothing else, whatever else it differs by, or never.
    """

    kinds: Sequence[type[Resource]] = (Vlan, Interface, Svi, Routing, StaticRoute)
    questions: Sequence[str] = (RUNNING_CONFIG,)

    def __init__(self, host: str = "", client: str = "", *, timer: int | None = 120, save: Save = "own") -> None:
        self._host = host
        self._client = client
        self._timer = timer
        self._save = save

    def read(self, answers: Sequence[Answer]) -> EosReading:
        """Raises: Unreadable for half an answer, or for a line of a known form that makes no sense."""
        configuration = read(unmixed(answers[0].text))
        session = carriers(configuration, self._host, self._client)
        if not self._client:
            session = carriers(configuration, self._host, answers[0].client) | session
        way = way_back(configuration, self._host, self._client or answers[0].client)
        return EosReading(
            found=configuration.found,
            session=session,
            configuration=configuration,
            way=way,
            booted=booted(answers[0].greeting),
        )

    def write(self, changes: Sequence[Change], reading: Reading) -> Dialogue:
        """Only lines that change something, in the order that EOS takes.

        Raises: ValueError for what no switch may be told: text that cannot be typed, hardware that should be deleted,
        and what carries our own session (callers hold that back; this is the last gate).
        """
        assert isinstance(reading, EosReading), "a reading of another driver"
        for change in changes:
            if reason := reading.session.get(change.key):
                raise ValueError(f"{change.key} is never changed: {reason}")
        claims = Claims.of(changes)
        steps = [step for change in changes for step in _steps(change, claims)]
        makes = tuple(lines(step for step in steps if not step.phase.breaks))
        breaks = tuple(lines(step for step in steps if step.phase.breaks))
        notes, before = tuple(stranded(reading.found, changes)), reading.configuration
        if self._timer is None:
            return Direct(makes, breaks, notes, before=before)
        return Transaction(makes, breaks, notes, changes=tuple(changes), before=before, timer=self._timer)

    def saving(self, reading: Reading, owns: Callable[[Resource], bool]) -> Saving | None:
        assert isinstance(reading, EosReading), "a reading of another driver"
        if self._save == "never":
            return None
        return Saving((), running=reading.configuration, owns=owns, always=self._save == "always")


def _steps(change: Change, claims: Claims) -> Iterator[Step]:
    match change.subject:
        case Vlan():
            return vlan.steps(change)
        case Interface():
            return interface.steps(change, claims)
        case Svi():
            return svi.steps(change, claims)
        case Routing():
            return routing.steps(change)
        case StaticRoute():
            return static_route.steps(change)
    raise ValueError(f"{change.key}: EOS has no such thing")
