"""What a switch says of its configuration is understood in every form that EOS gives it, and garbage is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.dialogue import Run
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.configuration import read
from reconciler.switch.eos.pending import name_of, name_of_transaction, name_of_trial
from reconciler.switch.eos.syslog import LONGEST_WORD, TIMER_STARTED, Said, heard, is_ours, is_reason
from reconciler.switch.kinds import Vlan
from tests.lab_eos.conftest import Box
from tests.switch.in_process import RUN as BOX
from tests.switch.in_process import Bench, carry_out

RUN = Run("4f2a-1c2b-9d3")
OURS = name_of(RUN, 7)
BY_ADMIN = "Configured from console by admin on vty3 (10.0.0.5)"
LEFT = f"%SYS-5-CONFIG_I: {BY_ADMIN}"


@pytest.mark.parametrize(
    ("head", "hostname"),
    [
        ("<165>Nov 21 17:09:51 ceos01 ConfigAgent: ", "ceos01"),
        ("Nov  1 17:09:51 ceos01 ConfigAgent: ", "ceos01"),
        ("<165>Nov 21 17:09:51 ceos01.example.net ConfigAgent: ", "ceos01.example.net"),
        ("<165>Nov 21 17:09:51 172.20.20.2 ConfigAgent: ", "172.20.20.2"),
        ("<165>2025 Nov 21 17:09:51 ceos01 ConfigAgent: ", "ceos01"),
        ("<165>Nov 21 17:09:51 2025 UTC ceos01 ConfigAgent[2301]: ", "ceos01"),
        ("<165>2025-11-21T17:09:51.123456+00:00 ceos01 ConfigAgent: ", "ceos01"),
        ("<165>1: Nov 21 17:09:51 ceos01 ConfigAgent: ", "ceos01"),
        ("<165>Nov 21 17:09:51 ceos01 ConfigAgent: 4711: ", "ceos01"),
        ("<165>1 2025-11-21T17:09:51.123456+00:00 ceos01 ConfigAgent - - - ", "ceos01"),
        ('<165>1 2025-11-21T17:09:51Z ceos01 ConfigAgent 2301 - [meta sequenceId="29"] ', "ceos01"),
        ("<165>", ""),
        ("", ""),
    ],
)
def test_every_head_that_eos_writes(head: str, hostname: str) -> None:
    assert heard(head + LEFT) == Said("CONFIG_I", "admin", "vty3", "10.0.0.5", "", hostname)


WORDS = {
    "5-CONFIG_E: Enter configuration mode from console by admin on con0 (0.0.0.0)": (
        ("CONFIG_E", "admin", "con0", "0.0.0.0", ""),
        False,
    ),
    f"5-CONFIG_I: {BY_ADMIN}": (("CONFIG_I", "admin", "vty3", "10.0.0.5", ""), True),
    "5-CONFIG_I: Configured from console by root on UnknownTty (UnknownIpAddr)": (
        ("CONFIG_I", "root", "UnknownTty", "UnknownIpAddr", ""),
        True,
    ),
    "5-CONFIG_I: Configured from console by eve": (("CONFIG_I", "eve", "", "", ""), True),
    "5-CONFIG_SESSION_ENTERED: User a entered configuration session s-1 on vty3 (10.0.0.5)": (
        ("CONFIG_SESSION_ENTERED", "a", "vty3", "10.0.0.5", "s-1"),
        False,
    ),
    "5-CONFIG_SESSION_EXITED: User a exited configuration session s-1 on vty3 (10.0.0.5)": (
        ("CONFIG_SESSION_EXITED", "a", "vty3", "10.0.0.5", "s-1"),
        False,
    ),
    "5-CONFIG_SESSION_ABORTED: User a aborted configuration session s-1 on vty3 (10.0.0.5)": (
        ("CONFIG_SESSION_ABORTED", "a", "vty3", "10.0.0.5", "s-1"),
        False,
    ),
    "5-CONFIG_SESSION_COMMIT_SUCCESS: User cvpadmin committed configuration session CVP-1 successfully on"
    " TerminAttr (localhost)": (
        ("CONFIG_SESSION_COMMIT_SUCCESS", "cvpadmin", "TerminAttr", "localhost", "CVP-1"),
        True,
    ),
    "5-CONFIG_SESSION_COMMIT_SUCCESS: User a committed configuration session g1 successfully on GNMI (::1:57388)": (
        ("CONFIG_SESSION_COMMIT_SUCCESS", "a", "GNMI", "::1:57388", "g1"),
        True,
    ),
    "5-CONFIG_SESSION_COMMIT_TIMER_STARTED: User a committed session s-1 on vty3 (10.0.0.5), with"
    " timer 0:4:0(hr:min:sec).": (
        ("CONFIG_SESSION_COMMIT_TIMER_STARTED", "a", "vty3", "10.0.0.5", "s-1"),
        True,
    ),
    "3-CONFIG_SESSION_COMMIT_TIMER_TIMEDOUT: The commit timer on session s-1 has expired.The system configuration will"
    " be rolled back.": (("CONFIG_SESSION_COMMIT_TIMER_TIMEDOUT", "", "", "", "s-1"), True),
    "5-CONFIG_REPLACE_SUCCESS: User a replaced running configuration with flash:/by eve on vty9 (6.6.6.6) successfully"
    " on vty3 (10.0.0.5)": (("CONFIG_REPLACE_SUCCESS", "a", "vty3", "10.0.0.5", ""), True),
    "5-CONFIG_STARTUP: Startup config saved from system:/running-config by admin on vty3 (10.0.0.5).": (
        ("CONFIG_STARTUP", "admin", "vty3", "10.0.0.5", ""),
        False,
    ),
    "5-SYSTEM_INITIALIZED: System is initialized": (("SYSTEM_INITIALIZED", "", "", "", ""), True),
}


@pytest.mark.parametrize("words", WORDS)
def test_every_message_about_the_configuration(words: str) -> None:
    expected, is_change = WORDS[words]
    said = heard(f"<165>Nov 21 17:09:51 ceos01 ConfigAgent: %SYS-{words}")
    assert said == Said(*expected, "ceos01")
    assert said.is_change is is_change
    assert is_reason(said, RUN) is is_change


@pytest.mark.parametrize(
    "text",
    [
        "<189>Nov 21 17:09:51 c Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet5, changed state to up",
        f"<189>Nov 21 17:09:51 c Ebra: %LINEPROTO-5-UPDOWN: Interface Ethernet5 ({LEFT}), changed state to up",
        "<189>Nov 21 17:09:51 c SuperServer: %SYS-5-CLI_SCHEDULER_ENABLED: CliScheduler is enabled",
        "<165>Nov 21 17:09:51 c ConfigAgent: SYS-5-CONFIG_I: Configured",
        "%SYS-9-CONFIG_I: x",
        "%",
        "",
    ],
)
def test_everything_else_is_nothing(text: str) -> None:
    assert heard(text) is None


@settings(max_examples=30)
@given(st.text(), st.text(), st.sampled_from(["CONFIG_I", "CONFIG_SESSION_COMMIT_SUCCESS", "CONFIG_REPLACE_SUCCESS"]))
def test_nothing_unprintable_or_endless_comes_out_of_garbage(head: str, words: str, mnemonic: str) -> None:
    heard(head + words)
    user = "\x1b[31m\u202e" + "x" * 1000
    said = heard(f"{head.replace('%', '')}%SYS-5-{mnemonic}: User {user} on {words} ({words}) by {words}")
    assert said is not None
    for text in (said.user, said.terminal, said.address, said.session, said.hostname):
        assert text.isprintable()
        assert len(text) <= LONGEST_WORD


@pytest.mark.parametrize("evil", [" by x", " on x (", "on (", "%SYS-5-", " session ", "\n"])
def test_no_text_takes_long(evil: str) -> None:
    """A pattern that backtracks would not end here: the message has a megabyte, of which 2,048 are looked at."""
    for mnemonic in ("CONFIG_I", "CONFIG_SESSION_COMMIT_SUCCESS"):
        assert heard(f"%SYS-5-{mnemonic}: {evil * (1 << 18)}") is not None


def _committed(session: str) -> Said:
    return Said("CONFIG_SESSION_COMMIT_SUCCESS", "admin", "vty3", "172.20.20.1", session, "ceos01")


@pytest.mark.parametrize(
    ("session", "ours"),
    [
        (OURS, True),
        (name_of(RUN, 12345), True),
        (name_of_transaction(RUN, 7), True),
        (name_of_trial(RUN, 7), True),
        (name_of_transaction(Run("4f2a-1c2b-9d3-5"), 7), False),
        (name_of(Run("4f2a-1c2b-9d4"), 7), False),
        (name_of(Run("4f2a-1c2b-9d3-5"), 7), False),
        (f"{OURS}x", False),
        ("", False),
    ],
)
def test_only_sessions_of_this_very_run_are_ours(session: str, ours: bool) -> None:
    assert is_ours(_committed(session), RUN) is ours
    assert is_reason(_committed(session), RUN) is not ours


def test_that_our_own_commit_was_taken_back_is_a_reason_to_look() -> None:
    said = Said("CONFIG_SESSION_COMMIT_TIMER_TIMEDOUT", "", "", "", OURS, "ceos01")
    assert is_ours(said, RUN)
    assert is_reason(said, RUN)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said("CONFIG_I", "admin", "vty3", "10.0.0.5", "", "c"), "admin on vty3 (10.0.0.5)"),
        (Said("CONFIG_I", "admin", "", "", "", "c"), "admin"),
        (_committed("s-1"), "admin on vty3 (172.20.20.1), session s-1"),
        (Said("SYSTEM_INITIALIZED", "", "", "", "", "c"), "SYSTEM_INITIALIZED"),
    ],
)
def test_it_is_said_in_one_line(said: Said, words: str) -> None:
    assert str(said) == words


LINES = """\
logging buffered 1000000 warnings
logging host 127.0.0.1 9
logging host 127.0.0.1 9 protocol tcp
logging vrf MGMT host 127.0.0.1 9
logging format rfc5424
logging source-interface Management0
"""


def test_lines_about_logging_are_somebody_elses(tmp_path: Path) -> None:
    """Kept as they are while ours change, and by the log of that change nobody is called to look again."""
    bench = Bench(Box(tmp_path, LINES), EosDriver("172.20.20.2"))
    assert {(line,) for line in LINES.splitlines()} <= set(read(bench.box.text).foreign)
    change = [Change(None, Vlan(id=40, label="ours"))]
    assert carry_out(bench.box, bench.driver.write(change, bench.read())) == []
    assert LINES in bench.box.text
    assert Key("vlan", "40") in bench.read().found
    said = [one for _, line in bench.box.switch.log.lines if (one := heard(line))]
    assert [one.mnemonic for one in said if one.is_change] == [TIMER_STARTED, "CONFIG_SESSION_COMMIT_SUCCESS"]
    assert not any(is_reason(one, BOX) for one in said)
    assert all(is_reason(one, RUN) for one in said if one.is_change)
