"""Faults on demand: what is said of each, and what a terminal sees of those that need no wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.lab.eos import mischief
from reconciler.lab.eos.mischief import FAULTS
from tests.lab_eos.conftest import Box

OPERATING = Path(__file__).parents[2] / "docs" / "OPERATING.md"


def fault(box: Box, words: str) -> None:
    assert mischief.command(box.switch, words) == ""


def test_every_fault_is_documented() -> None:
    text = OPERATING.read_text()
    assert [f.name for f in FAULTS if f"| `{f.usage.replace('|', '/')}` | {f.summary} |" not in text] == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("cutt", "% There is no fault 'cutt'; did you mean cut?\n"),
        ("", "% There is no fault ''; known are clear, "),
        ("slow", "% lab fault slow SECONDS\n"),
        ("slow -1", "% lab fault slow SECONDS\n"),
        ("slow nan", "% lab fault slow SECONDS\n"),
        ("reject-line (", "% lab fault reject-line REGEX\n"),
        ("cut at", "% lab fault cut "),
        ("cut after x", "% lab fault cut "),
        ("half-answer 5 words", "% lab fault half-answer"),
        ("dialect 4.20", "% lab fault dialect"),
        ("rename -x-", "% lab fault rename"),
        ("port-down", "% lab fault port-down"),
        ("no-timer now", "% lab fault no-timer"),
        ("foreign-commit frobnicate", "% Invalid input\n"),
    ],
)
def test_bad_faults(box: Box, words: str, answer: str) -> None:
    assert mischief.command(box.switch, words).startswith(answer)


@pytest.mark.parametrize(
    ("words", "lines", "answer"),
    [
        ("reject-line ^name", ["configure", "vlan 9", "name x"], "% Invalid input\n"),
        ("no-timer", ["configure session s", "commit timer 00:01:00"], "% Invalid input\n"),
        ("no-timer", ["configure session s", "end", "configure session s commit timer 60"], "% Invalid input\n"),
        ("no-timer", ["configure session s", "commit"], ""),
        ("no-sessions", ["configure session s"], "% Unavailable command (not supported on this hardware platform)\n"),
        ("no-sessions", ["configure"], ""),
        ("fail-commit", ["configure session s", "commit"], "% Cannot commit: internal error\n"),
        ("fail-commit", ["configure session s", "end", "conf sess s commit"], "% Cannot commit: internal error\n"),
        ("fail-save", ["write memory"], "% Error copying system:/running-config to flash:/startup-config"),
        ("fail-save", ["copy run start"], "% Error copying system:/running-config to flash:/startup-config"),
        ("foreign-session", ["configure session s"], ""),
    ],
)
def test_refused_commands(box: Box, words: str, lines: list[str], answer: str) -> None:
    fault(box, words)
    said = box.ask(*lines)
    assert said.startswith(answer)
    assert bool(said) == bool(answer)
    fault(box, "clear")
    assert "%" not in box.ask("write", "configure session again", "vlan 9", "name x", "commit")


def test_what_another_user_does(box: Box) -> None:
    fault(box, "foreign-commit vlan 66 ; name theirs")
    assert box.section("vlan 66") == ["name theirs"]
    fault(box, "rename spine")
    assert box.cli().prompt == "spine#"
    fault(box, "foreign-session")
    assert "foreign-0 pending other vty99" in box.ask("show configuration sessions")


def test_after_the_next_commit(box: Box) -> None:
    fault(box, "port-down e2")
    fault(box, "refuse-after-commit")
    assert box.switch.links.is_up("Ethernet2")
    assert box.switch.may_enter("admin", "admin")
    box.ask("configure session s", "vlan 9", "commit")
    assert "Et2 " not in box.ask("show vlan brief")
    assert not box.switch.may_enter("admin", "admin")
    fault(box, "clear")
    assert box.switch.links.is_up("Ethernet2")
    assert box.switch.may_enter("admin", "admin")


def test_two_supervisors(box: Box) -> None:
    fault(box, "supervisor")
    assert box.cli("configure session rec-1", "interface e1").prompt == "ceos01(s1)(config-s-rec-1-if-Et1)#"


def test_another_dialect(box: Box) -> None:
    fault(box, "dialect 4.31")
    assert "pendingCommitTimer" in box.ask("configure session s", "commit timer 60", "show configuration sessions")
    assert "EOS-4.31.2F-41641815.4312F (" in box.ask("show running-config")


def test_sessions_of_eos_itself(box: Box) -> None:
    fault(box, "internal-sessions")
    assert "cfg-" not in box.ask("configure session s", "vlan 9", "show configuration sessions")
    box.ask("configure session s commit timer 60")
    assert "  cfg-2034--574620864-1 pending" in box.ask("show configuration sessions")
    assert '"cfg-2034--574620864-1": {' in box.ask("show configuration sessions | json")
    assert "cfg-" not in box.ask("configure session s commit", "show configuration sessions")


@pytest.mark.parametrize("when", ["at", "behind"])
def test_a_reboot_at_a_line(box: Box, when: str) -> None:
    fault(box, f"reboot {when} commit")
    box.ask("configure session s", "vlan 9", "write", "commit")
    assert "vlan 9" not in box.text
    assert box.ask("configure session s", "vlan 9", "commit") == ""
    assert box.section("vlan 9") == []


def test_the_console_is_spared(box: Box) -> None:
    fault(box, "reject-line .")
    cli = box.cli()
    assert cli.execute("show clock").text == "% Invalid input\n"
    cli.actor = mischief.OTHER.__class__("root", "console", "0.0.0.0")
    assert "Clock source" in cli.execute("show clock").text
