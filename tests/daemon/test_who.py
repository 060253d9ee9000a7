"""Which device a message is from, how much of it is listened to, and who is named for a drift."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from reconciler.daemon.addresses import resolve
from reconciler.daemon.allowance import Allowance
from reconciler.daemon.attribution import KEPT, SITTING, WINDOW, Attribution
from reconciler.daemon.speaker import speaker
from reconciler.switch.dialogue import Run
from reconciler.switch.eos.pending import name_of
from reconciler.switch.eos.syslog import Said

DEVICES = {
    "ceos01": ["172.20.20.2", "2001:db8::2"],
    "ceos02": ["172.20.20.3"],
    "worker": ["172.20.20.9"],
    "worker2": ["172.20.20.9"],
    "lost": [],
}


@pytest.mark.parametrize(
    ("address", "hostname", "device"),
    [
        ("172.20.20.2", "ceos01", "ceos01"),
        ("172.20.20.2", "renamed", "ceos01"),
        ("172.20.20.2", "ceos02", "ceos01"),
        ("2001:db8::2", "", "ceos01"),
        ("10.9.9.9", "ceos02", "ceos02"),
        ("10.9.9.9", "CEOS02.example.net", "ceos02"),
        ("10.9.9.9", "172.20.20.3", "ceos02"),
        ("10.9.9.9", "lost", "lost"),
        ("10.9.9.9", "ceos0", None),
        ("10.9.9.9", "ceos021", None),
        ("10.9.9.9", "172.20.20.9", None),
        ("10.9.9.9", "", None),
        ("172.20.20.9", "worker2", "worker2"),
        ("172.20.20.9", "ceos01", None),
    ],
)
def test_an_address_of_one_device_never_speaks_for_another(address: str, hostname: str, device: str | None) -> None:
    assert speaker(address, hostname, DEVICES) == device


async def test_names_are_looked_up_and_keep_what_they_had(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"one.example": "192.0.2.1", "mapped.example": "::ffff:192.0.2.2"}

    def answer(host: str, *_: Any, **__: Any) -> list[Any]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (table[host], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    hosts = {"a": "192.0.2.9", "b": "one.example", "c": "mapped.example", "d": "gone.example", "e": "never.example"}
    found = await resolve(hosts, {"d": frozenset({"192.0.2.4"}), "b": frozenset({"192.0.2.99"})})
    assert found == {
        "a": {"192.0.2.9"},
        "b": {"192.0.2.1"},
        "c": {"192.0.2.2"},
        "d": {"192.0.2.4"},
        "e": frozenset(),
    }


def test_an_allowance_is_used_up_and_comes_back_and_is_each_addresses_own() -> None:
    allowance = Allowance(rate=10, burst=3, most=2)
    assert [allowance.takes("a", 0) for _ in range(5)] == [True, True, True, False, False]
    assert allowance.takes("b", 0)
    assert [allowance.takes("a", 0.25) for _ in range(3)] == [True, True, False]
    assert not allowance.takes("a", 0.2), "a clock that goes backwards gives nothing"
    assert [allowance.takes("a", 99) for _ in range(4)] == [True, True, True, False]
    for number in range(100):
        allowance.takes(str(number), 100)
    assert len(allowance) == 2


RUN = Run("4f2a-1c2b-9d3")


def said(mnemonic: str, user: str = "admin", terminal: str = "vty3", session: str = "") -> Said:
    return Said(mnemonic, user, terminal, "10.0.0.5" if user else "", session, "ceos01")


ADMIN, EVE = said("CONFIG_I"), said("CONFIG_SESSION_COMMIT_SUCCESS", "eve", "vty4", "s-1")
INSIDE = said("CONFIG_E", "bob", "vty5")


def who(*heard: tuple[float, Said], at: float = 100.0) -> tuple[Said, ...]:
    attribution = Attribution(RUN)
    for when, one in heard:
        attribution.hear("ceos01", one, when)
    assert attribution.who("ceos02", at) == ()
    return attribution.who("ceos01", at)


def test_everybody_who_comes_into_question_is_named_the_last_one_first() -> None:
    assert who((90, ADMIN), (99, EVE)) == (EVE, ADMIN)
    assert who((90, EVE), (99, ADMIN), (99.5, EVE)) == (EVE, ADMIN)
    assert who() == ()


def test_what_was_too_early_or_came_later_does_not_count() -> None:
    assert who((100 - WINDOW - 1, ADMIN), (101, EVE)) == ()
    assert who((100 - WINDOW, ADMIN), (100, EVE)) == (EVE, ADMIN)


def test_our_own_sessions_and_what_changes_nothing_are_never_named() -> None:
    ours = said("CONFIG_SESSION_COMMIT_SUCCESS", session=name_of(RUN, 3))
    entered, saved = said("CONFIG_SESSION_ENTERED", session="s"), said("CONFIG_STARTUP")
    assert who((99, ours), (99, entered), (99, saved), (98, ADMIN)) == (ADMIN,)


def test_whoever_sits_in_configuration_mode_is_named_until_he_leaves() -> None:
    left = said("CONFIG_I", "bob", "vty5")
    assert who((10, INSIDE)) == (INSIDE,)
    assert who((10, INSIDE), (20, left)) == ()
    assert who((10, INSIDE), (95, left)) == (left,)
    assert who((10, INSIDE), (20, left), (30, INSIDE)) == (INSIDE,)
    assert who((10, INSIDE), (99, EVE)) == (EVE, INSIDE)
    assert who((100, INSIDE), at=100 + SITTING + 1) == ()


def test_a_flood_of_one_message_pushes_nobody_out_and_memory_is_bounded() -> None:
    assert who((90, EVE), *[(99.0, ADMIN)] * 1000) == (ADMIN, EVE)
    assert len(who(*[(99.0, said("CONFIG_I", f"u{number}")) for number in range(1000)])) == KEPT


def test_what_nobody_did_is_told_by_what_happened() -> None:
    assert who((99, said("SYSTEM_INITIALIZED", "", ""))) == (said("SYSTEM_INITIALIZED", "", ""),)
