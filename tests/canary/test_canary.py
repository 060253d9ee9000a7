"""Secrets are used where they are meant to be, and are nowhere else: whatever fails, whoever asks."""

from __future__ import annotations

from tests.canary.conftest import Day

OPEN = {"in the open": {"log", "answers", "disk"}, "as a name": {"log", "answers", "disk", "receivers"}}
"""Said openly: the search finds them, or it would prove nothing."""

MEANT = {name: ["git"] for name in ("git token", "wrong token")} | {
    name: ["mirror"] for name in ("in a document", "in a spec", "torn document")
}
"""git is given its token in its environment; and the repository is kept as it is, a bad revision of it, too."""


def test_the_search_finds_what_is_said_openly(day: Day) -> None:
    assert {name: day.where(name) for name in OPEN} == OPEN


def test_no_secret_is_in_any_log_file_answer_or_alert_nor_in_any_process(day: Day) -> None:
    leaks = {name: sorted(day.where(name)) for name in day.birds.known if name not in OPEN and day.where(name)}
    assert leaks == MEANT
