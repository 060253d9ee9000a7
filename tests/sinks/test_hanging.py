"""A disk that hangs: whoever waits for it is told after a while, and what was asked for is done once it answers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.daemon.kept import Kept as Small
from reconciler.engine import keep
from reconciler.engine.disk import Files
from reconciler.sinks import database
from reconciler.sinks.alerts.store import Store
from reconciler.sinks.database import Unwritable
from reconciler.sinks.journal import journal, past
from reconciler.sinks.journal.query import Query
from tests.sinks.kept import Kept, running

ANSWERLESS = "the disk does not answer"


class Disk:
    """Work of every thread that writes is held up while it hangs."""

    def __init__(self) -> None:
        self._answers = threading.Event()
        self._answers.set()

    def hang(self) -> None:
        self._answers.clear()

    def answer(self) -> None:
        self._answers.set()

    def wait(self) -> None:
        assert threading.current_thread() is not threading.main_thread(), "the loop waits for a disk"
        assert self._answers.wait(20.0)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    found, connected, write = Disk(), database.Database._connected, keep.write

    def slowly_connected(self: database.Database, tell: database.Tell) -> object:
        found.wait()
        return connected(self, tell)

    def slowly_written(path: Path, document: dict[str, object]) -> None:
        found.wait()
        write(path, document)

    monkeypatch.setattr(database.Database, "_connected", slowly_connected)
    monkeypatch.setattr(keep, "write", slowly_written)
    for module in (database, journal, past):
        monkeypatch.setattr(module, "HANGS", 0.1)
    monkeypatch.setattr(journal, "RETRY", 0.02)
    yield found
    found.answer()


async def test_nothing_begins_while_it_hangs_and_once_it_answers_all_that_was_heard_is_there_once(
    tmp_path: Path, disk: Disk
) -> None:
    kept = Kept(tmp_path)
    async with running(kept.journal):
        await kept.journal.begin(kept.work("n1"))
        disk.hang()
        kept.hear("ready")
        for device in ("n2", "n3", "n3"):
            with pytest.raises(Unwritable, match=ANSWERLESS):
                await kept.journal.begin(kept.work(device))
        began = time.monotonic()
        with pytest.raises(Unwritable, match=ANSWERLESS):
            await kept.journal.begin(kept.work("n4"))
        assert time.monotonic() - began < 0.05, "who comes later does not wait"
        assert [one["device"] for one in await kept.journal.find(Query(kind="change"))] == ["n1"], "read beside it"
        disk.answer()
        async with asyncio.timeout(5):
            while kept.journal.trouble:
                await asyncio.sleep(0.01)
        assert kept.troubles == [f"{kept.path}: {ANSWERLESS}", ""]
        await kept.journal.begin(kept.work("n5"))
        found = await kept.shown()
        assert found.count(("daemon", "", "done")) == 1
        assert ("change", "n4", "open") not in found
        assert found[-1] == ("change", "n5", "open")
    await kept.journal.close()


async def test_its_end_waits_for_no_disk_that_hangs(tmp_path: Path, disk: Disk) -> None:
    kept = Kept(tmp_path)
    async with running(kept.journal):
        await kept.journal.begin(kept.work("n1"))
        disk.hang()
        kept.hear("stopped")
        began = time.monotonic()
    await kept.journal.close()
    assert time.monotonic() - began < 1.0


async def test_alerts_are_kept_later(tmp_path: Path, disk: Disk) -> None:
    told: list[str] = []
    store = Store(tmp_path / "alerts.db", told.append)
    disk.hang()
    assert (await store.read()).episodes == ()
    assert not await store.write({"a": {"x": 1}}, {})
    assert not await store.write({"a": {"x": 2}}, {})
    disk.answer()
    async with asyncio.timeout(5):
        while not await store.write({"a": {"x": 3}}, {}):
            await asyncio.sleep(0.01)
    assert (await store.read()).episodes == ({"x": 3},)
    assert [words.partition(":")[0] for words in told] == [
        "alerts go out, and would not survive a restart",
        "alerts survive a restart again",
    ]
    await store.close()


def test_small_files_are_waited_for_once(tmp_path: Path, disk: Disk) -> None:
    files, path = Files(patience=0.1), tmp_path / "small.json"
    files.write(path, {"a": 1})
    disk.hang()
    began = time.monotonic()
    for number in range(20):
        with pytest.raises(OSError, match=ANSWERLESS):
            files.write(path, {"a": number})
    assert time.monotonic() - began < 0.3
    disk.answer()
    deadline = time.monotonic() + 5.0
    while keep.read(path) != {"a": 0}:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    files.write(path, {"a": 5})
    assert keep.read(path) == {"a": 5}


def test_what_survives_a_restart_is_tried_again(tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.engine.disk.Files.__init__.__defaults__", (0.1,))
    troubles: list[str] = []
    kept = Small(tmp_path / "daemon.json", troubles.append)
    kept.add("suspended", lambda: ["n1"])
    disk.hang()
    kept.save()
    assert troubles[-1].endswith(f"cannot be written: {ANSWERLESS}")
    disk.answer()
    deadline = time.monotonic() + 5.0
    while not kept.is_saved:
        assert time.monotonic() < deadline
        kept.save()
    assert troubles[-1] == ""


LEAVING = """
import asyncio, sys, threading
from reconciler.daemon import leaving
leaving.LEFT = 0.2
async def work():
    asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)
    await asyncio.sleep(0.05)
    if sys.argv[1] == "1":
        raise ValueError
leaving.run(work())
"""


@pytest.mark.parametrize("code", [0, 1])
def test_a_thread_that_never_comes_back_does_not_hold_up_the_end(code: int) -> None:
    ran = subprocess.run([sys.executable, "-c", LEAVING, str(code)], timeout=20, capture_output=True)
    assert ran.returncode == code
