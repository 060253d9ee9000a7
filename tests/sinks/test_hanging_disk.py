"""A disk that does not answer (NFS without its server): nobody waits for it, nothing is lost or written twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.report.event import Event
from reconciler.sinks import database
from reconciler.sinks.journal import journal as journal_module
from reconciler.sinks.journal.batch import Batch
from reconciler.sinks.journal.entry import Work
from reconciler.sinks.journal.journal import Journal
from reconciler.sinks.journal.query import Query
from tests.daemon.test_signals import ROOT, config, settled

WORK = Work("n1", "pending", "c1", "d1")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While it is not set, what is being written hangs within the system call, as far as anybody can tell."""
    answers, write = threading.Event(), Batch.write
    answers.set()

    def hanging(batch: Batch, connection: sqlite3.Connection) -> None:
        answers.wait()
        write(batch, connection)

    monkeypatch.setattr(Batch, "write", hanging)
    for module in (database, journal_module):
        monkeypatch.setattr(module, "HANGS", 0.2)
    yield answers
    answers.set()


async def answering(journal: Journal) -> None:
    """It is tried again, as `run` does."""
    while journal.trouble:
        await asyncio.sleep(0.01)
        await journal.flush()


def said(number: int) -> Event:
    return Event("suspended", f"event {number}", at=1.7e9 + number)


def test_who_is_about_to_write_to_a_device_is_told_soon_and_all_of_them_at_once(
    tmp_path: Path, disk: threading.Event
) -> None:
    async def run() -> None:
        journal = Journal(tmp_path / "j.db", tell=lambda words: None)
        await journal.flush()
        disk.clear()
        began = time.monotonic()
        found = await asyncio.gather(*(journal.begin(WORK) for _ in range(50)), return_exceptions=True)
        assert {str(error) for error in found} == {f"{tmp_path / 'j.db'}: the disk does not answer"}
        assert time.monotonic() - began < 1.0
        disk.set()
        await answering(journal)
        await journal.begin(WORK)
        await journal.close()

    asyncio.run(run())


def test_what_was_heard_meanwhile_is_written_once_and_in_its_order(tmp_path: Path, disk: threading.Event) -> None:
    async def run() -> list[str]:
        journal = Journal(tmp_path / "j.db", tell=lambda words: None)
        await journal.flush()
        disk.clear()
        for number in range(20):
            journal.hear(said(number))
            await journal.flush()
        assert "does not answer" in journal.trouble
        disk.set()
        await answering(journal)
        entries = await journal.find(Query(limit=100))
        await journal.close()
        return [entry["words"] for entry in reversed(entries)]

    assert asyncio.run(run()) == [f"event {number}" for number in range(20)]


def test_the_end_does_not_wait_for_it(tmp_path: Path, disk: threading.Event) -> None:
    async def run() -> None:
        journal = Journal(tmp_path / "j.db", tell=lambda words: None)
        task = asyncio.create_task(journal.run())
        await asyncio.sleep(0.05)
        disk.clear()
        journal.hear(said(1))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await journal.close()

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 2.0


HANGING = """\
import pathlib, sys, time
from reconciler.sinks import database
from reconciler.sinks.journal import journal
database.HANGS = journal.HANGS = 0.5
opened = database.Database._transacted
def hanging(self, work, tell):
    while pathlib.Path("hangs").exists():
        time.sleep(3600)
    return opened(self, work, tell)
database.Database._transacted = hanging
from reconciler.cli.main import main
main()
"""


def test_a_real_daemon_whose_history_and_alerts_hang_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    (tmp_path / "desired").mkdir()
    own = "apiVersion: reconciler/v1\nkind: Inventory\nmetadata: {name: t}\nspec: {devices: {}}\n"
    (tmp_path / "i.yaml").write_text(own)
    config(tmp_path)
    line = [sys.executable, "-c", HANGING, "daemon", "--config", "config.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(line, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            settled(tmp_path, {"revision"})
            (tmp_path / "hangs").touch()
            settled(tmp_path, {"revision", "journal"})
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=10)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "the disk does not answer; nothing is applied until it can" in log
    assert "Traceback" not in log
