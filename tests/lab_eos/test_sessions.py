"""Configuration sessions: snapshot, diff, commit, abort, the timer, the limit of five."""

from __future__ import annotations

import json
from typing import Any

from reconciler.lab.eos import mischief
from tests.lab_eos.conftest import Box


def test_prompt_and_isolation(box: Box) -> None:
    cli = box.cli("configure session rec-0001", "interface e1")
    assert cli.prompt == "ceos01(config-s-rec-00-if-Et1)#"
    cli.execute("description x")
    assert "description" not in box.text
    cli.execute("commit")
    assert cli.prompt == "ceos01#"
    assert box.section("interface Ethernet1") == ["description x"]


def test_diff_has_the_form_of_eos(seed: Box) -> None:
    diff = seed.ask(
        "configure session rec-1", "interface Loopback1", "description tacocat", "show session-config diffs"
    )
    assert diff.startswith("--- system:/running-config\n+++ session:/rec-1-session-config\n@@ -")
    assert "\n+interface Loopback1\n+   description tacocat\n+!\n interface Management0\n" in diff
    assert diff.endswith("\n\n")
    assert seed.ask("configure session rec-2", "show session-config diffs") == "\n"


def test_diff_is_against_the_running_configuration_of_now(seed: Box) -> None:
    seed.ask("configure session rec-1", "vlan 50")
    seed.configure("vlan 51", "name foreign")
    diff = seed.ask("show session-config named rec-1 diffs")
    assert "+vlan 50" in diff
    assert "-vlan 51\n-   name foreign" in diff


def test_only_five_are_pending(box: Box) -> None:
    for number in range(5):
        assert box.ask(f"configure session s{number}", "vlan 9", "end") == ""
    assert "Maximum number of pending sessions has been reached" in box.ask("configure session s5")
    assert box.ask("configure session s3") == ""
    box.ask("configure session s3 abort")
    assert box.ask("configure session s5") == ""


def test_abort(box: Box) -> None:
    cli = box.cli("configure session rec-1", "vlan 9", "abort")
    assert cli.prompt == "ceos01(config-s-rec-1)#"
    cli.execute("abort")
    assert cli.prompt == "ceos01#"
    assert box.ask("configure session rec-1 commit").startswith("% Cannot commit")
    assert box.configure("abort") == "% Invalid input\n"


def test_who_sits_in_a_session(box: Box) -> None:
    cli = box.cli("configure session rec-1")
    (seat,) = _sessions(box)["sessions"]["rec-1"]["instances"].values()
    assert seat == {"user": "admin", "terminal": "vty3", "currentTerminal": False}
    assert "* rec-1 pending admin vty3" in cli.execute("show configuration sessions").text
    cli.execute("end")
    assert _sessions(box)["sessions"]["rec-1"]["instances"] == {}
    assert _sessions(box)["sessions"]["rec-1"]["state"] == "pending"


def test_one_completed_session_is_kept(box: Box) -> None:
    for name in ("a", "b"):
        box.ask(f"configure session {name}", "commit")
    assert list(_sessions(box)["sessions"]) == ["b"]
    assert _sessions(box)["sessions"]["b"]["state"] == "completed"


def test_a_foreign_change_comes_in_between(box: Box) -> None:
    mischief.command(box.switch, "session-extra vlan 66 ; name foreign")
    assert "-vlan 66" in box.ask("configure session rec-1", "vlan 9", "show session-config diffs")
    assert box.section("vlan 66") == ["name foreign"]


def test_the_log_tells(box: Box) -> None:
    box.ask("configure session rec-1", "end", "configure session rec-1", "commit", "configure", "end", "write")
    log = box.ask("show logging")
    for word in ("SESSION_ENTERED", "SESSION_EXITED", "COMMIT_SUCCESS", "CONFIG_E:", "CONFIG_I:", "CONFIG_STARTUP"):
        assert f"%SYS-5-CONFIG_{word.removeprefix('CONFIG_')}" in log or f"%SYS-5-CONFIG_SESSION_{word}" in log
    assert "by admin on vty3 (10.0.0.5)" in log
    assert box.ask("show logging 1").count("\n") == 1
    assert box.ask("show logging last 5 minutes").count("\n") == log.split("Log Buffer:\n")[1].count("\n")


def _sessions(box: Box) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(box.ask("show configuration sessions | json"))
    return found
