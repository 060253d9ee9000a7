"""The history while the disk fails, the daemon is killed, and events make no sense."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from reconciler.report.event import Event
from reconciler.sinks.database import Unwritable
from reconciler.sinks.journal.batch import MOST
from reconciler.sinks.journal.entry import Work
from reconciler.sinks.journal.past import NoHistory, read_only
from reconciler.sinks.journal.query import Query
from tests.sinks.disks import apart, fill, needs_root, small
from tests.sinks.kept import ALL, NOW, Kept, running
from tests.sinks.test_history_laws import change


@needs_root
def test_while_the_disk_is_full_nothing_begins_and_what_is_heard_waits(tmp_path: Path) -> None:
    async def work() -> None:
        small(tmp_path, "4m")
        kept = Kept(tmp_path)
        async with running(kept.journal):
            kept.drift("n1", "opened", "a")
            await kept.journal.begin(kept.work("n1", cause="drift"))
            filler = fill(tmp_path)
            changes = [{**change(number), "after": {"x": "y" * 300}} for number in range(5)]
            for number in range(200):
                kept.drift(f"x{number}", "opened", f"x{number}", changes=changes)
            with pytest.raises(Unwritable, match="the disk is full"):
                await kept.journal.begin(kept.work("n2"))
            assert kept.journal.trouble == f"{kept.path}: the disk is full"
            assert ("drift", "n1", "open") in await kept.shown()
            filler.unlink()
            await kept.journal.begin(kept.work("n3"))
            assert kept.troubles == [f"{kept.path}: the disk is full", ""]
            kept.drift("n1", "resolved", "a", "healed")
            found = await kept.shown(Query(limit=1000, device="*"))
            assert len(found) == 202
            assert {("drift", "n1", "healed"), ("change", "n3", "open")} <= set(found)
        await kept.journal.close()

    apart(work)


async def test_it_is_writable_again_without_anybody_doing_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.sinks.journal.journal.RETRY", 0.01)
    kept = Kept(tmp_path)
    kept.path.mkdir()
    async with running(kept.journal):
        await asyncio.sleep(0.05)
        assert kept.journal.trouble == f"{kept.path} is no file"
        kept.path.rmdir()
        async with asyncio.timeout(5):
            while kept.journal.trouble:
                await asyncio.sleep(0.01)
    await kept.journal.close()


async def test_for_what_there_was_no_room_there_is_an_entry(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.path.mkdir()
    many = [change(number) for number in range(999)]
    for number in range(30):
        kept.drift(f"n{number}", "opened", str(number), changes=many)
    with pytest.raises(Unwritable, match="is no file"):
        await kept.journal.begin(kept.work("n1"))
    kept.path.rmdir()
    lost = 30 - MOST // 1000
    found = await kept.find()
    (entry,) = [one for one in found if one["kind"] == "lost"]
    assert entry["words"] == f"{lost} events could not be kept until the history could be written again"
    assert (entry["began"], entry["ended"]) == (NOW + 1, NOW + lost)
    assert [one["device"] for one in reversed(found) if "device" in one] == [f"n{number}" for number in range(lost, 30)]
    await kept.journal.close()


async def test_an_event_that_makes_no_sense_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(tmp_path)
    kept.hear("drift", "n\udcff", episode="opened", id=7, since="now", changes="all", by=["x"], subject=None)
    kept.journal.hear(Event("ready", "x" * 10_000, at=NOW))
    kept.hear("rollout", revision={}, phases=[1])
    kept.hear("revision", revision=None)
    kept.hear("syslog", "n1")
    kept.drift("n1", "opened", "a", changes=[1 / 3, {"x": object()}])
    kept.drift("n2", "opened", "a2", changes=[{"x": {3}}, {(1, 2): 3}])
    kept.drift("n3", "opened", "a3")
    found = await kept.journal.find(ALL)
    assert [(one["kind"], one.get("device")) for one in reversed(found)] == [
        ("drift", "n\\udcff"),
        ("daemon", None),
        ("revision", None),
        ("drift", "n1"),
        ("drift", "n3"),
    ]
    (told,) = kept.told
    assert told.startswith("not in the history: drift n2: a mistake of ours")
    unheard: Any = [{(1, 2): 3}]
    with pytest.raises(Unwritable, match="a mistake of ours"):
        await kept.journal.begin(Work("n1", "pending", "c1", "d", "", unheard))
    assert await kept.shown(Query(kind="change")) == []
    await kept.journal.close()


async def test_whoever_stops_waiting_neither_stops_others_nor_leaves_work_behind(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    tasks = [asyncio.create_task(kept.journal.begin(kept.work(f"n{number}"))) for number in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::4]:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    begun = {f"n{number}" for number, result in enumerate(ended) if result is None}
    assert len(begun) == 30
    assert begun <= {one["device"] for one in await kept.find(Query(limit=99, kind="change"))}
    slow = asyncio.create_task(kept.journal._database.call(lambda connection: time.sleep(0.1)))
    first = asyncio.create_task(kept.journal.begin(kept.work("first")))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(kept.journal.begin(kept.work("second")))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(slow, first, second, return_exceptions=True)
    assert await kept.shown(Query(device="first")) == [("change", "first", "open")]
    assert await kept.shown(Query(device="second")) == []
    await kept.journal.close()


DAEMON = """
import asyncio, sys
from pathlib import Path
from typing import Any
from reconciler.sinks.journal.entry import Work
from reconciler.sinks.journal.journal import Journal

async def work():
    journal = Journal(Path(sys.argv[1]), tell=print)
    for number in range(1_000_000):
        await journal.begin(Work(f"n{number}", "pending", "c1", "d1"))
        print(number, flush=True)

asyncio.run(work())
"""


async def test_what_has_begun_is_there_after_a_kill_and_cut_short(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    command = [sys.executable, "-c", DAEMON, str(kept.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 30:
                break
        process.send_signal(signal.SIGKILL)
        said = [int(line), *map(int, process.stdout.read().split())]
    before = {one.name for one in tmp_path.iterdir()}
    wanted = {f"n{number}" for number in range(said[-1] + 1)}
    with read_only(kept.path) as past:
        assert wanted <= {one["device"] for one in past.find(Query(limit=10_000, kind="change", outcome="open"))}
        assert (past.one(1)[0]["device"], past.revision_of(1), past.documents("c1")) == ("n0", "c1", None)
    assert {one.name for one in tmp_path.iterdir()} == before
    await kept.journal.settle([])
    found = await kept.find(Query(limit=10_000, kind="change", outcome="cut short"))
    assert wanted <= {one["device"] for one in found}
    assert await kept.find(Query(outcome="open", device="*")) == []
    await kept.journal.close()


def test_without_a_history_there_are_words(tmp_path: Path) -> None:
    def refused(path: Path) -> str:
        with pytest.raises(NoHistory) as raised, read_only(path) as past:
            past.find(ALL)
        return str(raised.value)

    path = tmp_path / "journal.db"
    assert refused(path) == f"there is no history: {path} does not exist"
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"no database " * 1000)
    assert refused(path).endswith("file is not a database")
    path.write_bytes(b"")
    assert refused(path) == f"there is no history: nothing is in {path} so far"
    assert list(tmp_path.iterdir()) == [path]
