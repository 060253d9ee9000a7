"""Commit timers, locks, limits, reboots: what protects a switch from who configures it, and others from each other."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.lab.eos import mischief, transactions
from reconciler.lab.eos.__main__ import main
from reconciler.lab.eos.lock import LOCKED
from tests.lab_eos.conftest import Box

BOTH = ("4.31.2F", "4.34.0F")


def told(box: Box) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(box.ask("show configuration sessions detail | json"))
    return found


@pytest.fixture
def timed(box: Box) -> Box:
    """A VLAN that is committed for a minute."""
    assert box.ask("configure session rec-1", "vlan 9", "commit timer 00:01:00") == ""
    return box


def test_without_confirmation_everything_comes_back(timed: Box) -> None:
    assert timed.section("vlan 9") == []
    timed.later(59)
    timed.ask("")
    assert timed.section("vlan 9") == []
    timed.later(1.1)
    timed.ask("")
    assert "vlan 9" not in timed.text
    assert "COMMIT_TIMER_TIMEDOUT" in timed.ask("show logging")
    assert told(timed)["sessions"]["rec-1"]["state"] == "aborted"


@pytest.mark.parametrize("timer", ["00:02:00", "0:2:0", "120"])
def test_a_timer_is_a_time_or_seconds(box: Box, timer: str) -> None:
    assert box.ask("configure session a", "vlan 9", "end", f"configure session a commit timer {timer}") == ""
    assert told(box)["commitTimerExpireTime"] == pytest.approx(box.switch.uptime + 120, abs=1)


@pytest.mark.parametrize("timer", ["", "0", "00:00", "00:61:00", "x", "-5"])
def test_no_timer(box: Box, timer: str) -> None:
    assert box.ask("configure session a", f"commit timer {timer}").startswith("% In")
    assert told(box)["sessions"]["a"]["state"] == "pending"


def test_any_terminal_confirms(timed: Box) -> None:
    assert timed.ask("configure session rec-1 commit") == ""
    timed.later(3600)
    assert timed.ask("show vlan 9").startswith("VLAN ")
    assert told(timed)["sessions"]["rec-1"]["state"] == "completed"


def test_abort_rolls_back_at_once(timed: Box) -> None:
    assert timed.ask("configure session rec-1 abort") == ""
    assert "vlan 9" not in timed.text


def test_other_commits_wait(timed: Box) -> None:
    timed.ask("configure session other", "vlan 10", "end")
    assert timed.ask("configure session other commit").startswith("% Cannot commit")
    assert timed.ask("configure session other commit timer 60").startswith("% Cannot commit")
    assert timed.ask("configure session rec-1 commit timer 60").startswith("% Cannot commit")
    assert timed.ask("configure session rec-1").startswith("% Cannot enter")
    assert timed.ask("configure session rec-1 commit", "configure session other commit") == ""


@pytest.mark.parametrize("release", BOTH)
def test_both_dialects(tmp_path: Path, release: str) -> None:
    box = Box(tmp_path / "state", release=release)
    box.ask("configure session rec-1", "vlan 9", "commit timer 00:10:00")
    found, due = told(box), pytest.approx(box.switch.uptime + 600, abs=1)
    if release == "4.31.2F":
        assert found["sessions"]["rec-1"]["state"] == "pendingCommitTimer"
        assert found["sessions"]["rec-1"]["commitBy"] == due
        assert "commitTimerSessionName" not in found
    else:
        assert found["sessions"]["rec-1"]["state"] == "committed"
        assert (found["commitTimerSessionName"], found["commitTimerExpireTime"]) == ("rec-1", due)
    text = box.ask("show configuration sessions detail")
    assert "Session with pending commit timer: rec-1\nTime left until commit timer expiry: in 0:09:" in text
    assert f"EOS-{release}-" in box.ask("show running-config")
    assert f"Software image version: {release}-" in box.ask("show version")


def test_a_version_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--eos-version", "newest"])
    assert "'newest' is no version of EOS, such as 4.34.0F" in capsys.readouterr().err


async def test_the_clock_rolls_back_by_itself(box: Box) -> None:
    before = box.text
    box.ask("configure session rec-1", "vlan 9")
    transactions.commit(box.switch, "rec-1", mischief.OTHER, 0.03)
    assert box.section("vlan 9") == []
    await asyncio.sleep(0.1)
    assert box.text == before


def test_a_lock_keeps_others_out(box: Box) -> None:
    mine, other = box.cli(), box.cli("configure session s", "vlan 8")
    typing = box.cli("configure")
    assert mine.execute("configure lock reason at work").text == ""
    refused = ("configure", "configure session", "configure session s commit", "configure session s commit timer 60")
    for line in (*refused, "configure replace startup-config", "configure lock", "configure unlock"):
        assert box.ask(line) == LOCKED + "\n"
    assert other.execute("commit").text == other.execute("commit timer 60").text == LOCKED + "\n"
    assert typing.execute("vlan 7").text == LOCKED + "\n"
    assert "at work" in box.ask("show configuration lock")
    assert mine.execute("configure unlock").text + other.execute("commit").text == ""
    assert box.ask("show configuration lock") == "Configuration is not locked\n"


def test_who_holds_the_lock_works_on(box: Box) -> None:
    assert box.ask("configure lock", "configure session s", "vlan 8", "commit", "configure unlock") == ""
    assert box.section("vlan 8") == []


def test_a_lock_ends_with_its_terminal_unless_it_is_a_transactions(box: Box) -> None:
    cli = box.cli("configure lock")
    cli.leave()
    assert box.ask("configure") == ""
    cli = box.cli("configure lock transaction t1")
    cli.leave()
    assert box.ask("configure") == LOCKED + "\n"
    assert box.ask("configure lock transaction t1", "configure", "configure unlock") == ""


def test_a_reboot_forgets_what_was_not_saved(timed: Box) -> None:
    timed.ask("configure session rec-1 commit", "write", "configure session two", "vlan 11", "commit timer 60")
    timed.ask("configure session three", "vlan 12", "end", "configure lock")
    born, cli = timed.switch.booted, timed.cli()
    timed.later(5)
    assert cli.execute("reload").text == ""
    assert cli.closed
    assert timed.switch.booted > born
    assert timed.section("vlan 9") == []
    assert "vlan 11" not in timed.text
    assert told(timed)["sessions"] == {}
    timed.later(3600)
    assert timed.ask("configure") == ""
    assert timed.section("vlan 9") == []


@pytest.mark.parametrize("line", ["reload now", "reload force"])
def test_every_terminal_ends_with_a_reboot(box: Box, line: str) -> None:
    dropped: list[int] = []
    box.switch.terminals[1] = lambda: dropped.append(1)
    other = box.cli("configure session s")
    box.ask(line)
    assert dropped == [1]
    assert other.execute("vlan 9").text == ""
    assert other.closed


def test_a_commit_overwrites_what_others_changed_since(box: Box) -> None:
    box.ask("configure session s", "vlan 9")
    box.configure("vlan 10", "interface e1", "description theirs")
    box.ask("configure session s commit")
    assert "vlan 10" not in box.text
    assert box.section("interface Ethernet1") == []


def test_merge_on_commit(box: Box) -> None:
    box.configure("service configuration session commit merge", "vlan 5-6", "interface e1", "mtu 9000", "hostname old")
    box.ask("configure session s", "vlan 9", "no vlan 5", "interface e1", "description mine", "ip routing")
    box.configure("vlan 10", "interface e1", "mtu 8000", "router bgp 1", "hostname theirs", "vlan 6", "name six")
    assert "Merge on commit is enabled" in box.ask("show configuration sessions")
    box.ask("configure session s commit")
    assert box.section("interface Ethernet1") == ["description mine", "mtu 8000"]
    assert box.section("vlan 6") == ["name six"]
    assert {"vlan 9-10", "ip routing", "router bgp 1", "hostname theirs"} <= set(box.text.splitlines())


def test_knobs_of_sessions(box: Box) -> None:
    knobs = ("max pending 2", "max completed 2", "commit save startup-config")
    box.configure(*(f"service configuration session {knob}" for knob in knobs))
    box.configure("service configuration session max pending 3")
    for name in "abc":
        assert box.ask(f"configure session {name}", f"vlan {ord(name)}", "commit") == ""
    assert list(told(box)["sessions"]) == ["b", "c"]
    assert box.ask("show running-config diffs") == ""
    assert [box.ask(f"configure session {n}")[:9] for n in range(4)] == ["", "", "", "% Maximum"]
    box.configure("service configuration terminal disabled")
    assert box.ask("configure").startswith("% ")


def test_sessions_expire(box: Box) -> None:
    box.ask("configure session s", "vlan 9")
    box.later(86401)
    assert told(box)["sessions"] == {}
    assert box.ask("configure session s commit").startswith("% ")


def test_files_and_replace(seed: Box) -> None:
    saved = seed.text
    seed.ask("copy startup-config flash:rollback-0")
    seed.configure("vlan 77", "ip routing vrf X", "no interface Vlan10")
    assert seed.ask("copy running-config flash:mine") == "Copy completed successfully.\n"
    mine = seed.text
    assert seed.ask("configure replace flash:rollback-0") == ""
    assert seed.text == saved
    assert "CONFIG_REPLACE_SUCCESS" in seed.ask("show logging")
    assert seed.ask("configure replace flash:mine ignore-errors") == ""
    assert seed.text == mine
    assert seed.ask("configure replace startup-config") == ""
    assert seed.text == saved
    assert seed.ask("configure replace flash:none").startswith("% Error opening flash:none")
    assert seed.ask("configure replace flash:../../x") == "% Invalid input\n"


@pytest.mark.parametrize(
    "lines", [["copy running-config flash:startup-config"], ["copy running-config flash:x", "copy flash:x startup"]]
)
def test_startup_out_of_a_file(seed: Box, lines: list[str]) -> None:
    seed.configure("vlan 77")
    seed.ask(*lines)
    assert seed.ask("show running-config diffs", "diff running-config startup-config") == ""
    seed.configure("vlan 78")
    assert "-vlan 77-78\n+vlan 77\n" in seed.ask("diff running-config startup-config")
    assert seed.ask("copy startup-config running-config") == "Copy completed successfully.\n"
    assert seed.ask("copy flash:none running-config").startswith("% Error opening flash:none")
    assert seed.ask("delete flash:none").startswith("% Error opening flash:none")


def test_a_file_with_a_bad_line_replaces_nothing(seed: Box) -> None:
    before = seed.text
    seed.switch.flash.write("bad", "vlan 5\nfrobnicate\n")
    assert seed.ask("configure replace flash:bad").startswith("% Cannot replace configuration: frobnicate")
    assert seed.text == before
    assert seed.ask("configure replace flash:bad ignore-errors") == "! frobnicate: % Invalid input\n"
    assert "vlan 5\n" in seed.text


def test_checkpoints(seed: Box) -> None:
    before = seed.text
    seed.ask("configure checkpoint save mine")
    seed.ask("configure session s", "vlan 66", "commit")
    assert sorted(json.loads(seed.ask("show configuration checkpoints | json"))["checkpoints"])[1] == "mine"
    assert seed.ask("configure checkpoint restore mine") == ""
    assert seed.text == before
    assert seed.ask("configure checkpoint restore other") == "% Checkpoint other does not exist\n"
    for _ in range(30):
        seed.ask("configure checkpoint save")
    assert len(json.loads(seed.ask("show configuration checkpoints | json"))["checkpoints"]) == 20


def test_clean_configuration(seed: Box) -> None:
    again = ("rollback clean-config", *seed.text.splitlines()[:-1], "show session-config diffs")
    assert seed.ask("configure session s", *again) == "\n"
    seed.ask("configure session t", "rollback clean-config", "hostname bare", "commit")
    assert "Vlan10" not in seed.text
    assert seed.section("interface Ethernet1") == []


def test_the_other_user(box: Box) -> None:
    assert mischief.command(box.switch, "full-sessions") == ""
    assert box.ask("configure session mine").startswith("% Maximum")
    assert {s["instances"]["-1"]["user"] for s in told(box)["sessions"].values()} == {"other"}
    mischief.command(box.switch, "clear")
    assert mischief.command(box.switch, "foreign-timer 60") + mischief.command(box.switch, "lock busy") == ""
    assert told(box)["commitTimerSessionName"] == "foreign-timer"
    assert box.ask("configure session mine") == LOCKED + "\n"
    mischief.command(box.switch, "clear")
    assert box.ask("configure session mine", "vlan 9", "commit") == ""
    assert list(told(box)["sessions"]) == ["mine"]
