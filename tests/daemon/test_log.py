"""The log where systemd's journal hears it, and where it does not."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Literal

import pytest

from reconciler.daemon.log import logger
from reconciler.report.event import Event

DRIFT = Event("drift", "drift on n1: a\nb", "n1", "warning", {"digest": "abc"})


def logged(path: Path, monkeypatch: pytest.MonkeyPatch, form: Literal["auto", "json", "text"], *, journal: bool) -> str:
    """What a line of the log looks like; ``journal``: standard error is what systemd says that it is."""
    with path.open("w") as file:
        status = os.fstat(file.fileno())
        monkeypatch.setattr(sys, "stderr", file)
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino if journal else status.st_ino + 1}")
        logger(form, "info")(DRIFT)
        logger(form, "error")(DRIFT)
    return path.read_text()


def test_the_journal_gets_words_with_their_priority_where_somebody_wants_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert logged(tmp_path / "log", monkeypatch, "text", journal=True) == "<4>drift on n1: a\\nb\n"


def test_the_journal_gets_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = logged(tmp_path / "log", monkeypatch, "auto", journal=True)
    assert said.startswith("<4>{")
    found = json.loads(said.removeprefix("<4>"))
    assert (found["level"], found["event"], found["device"], found["digest"]) == ("warning", "drift", "n1", "abc")


def test_a_file_gets_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where our parent's standard error went to the journal, and ours does not."""
    assert json.loads(logged(tmp_path / "log", monkeypatch, "auto", journal=False))["words"] == "drift on n1: a\\nb"
