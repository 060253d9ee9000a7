"""An SQLite file on disks that are full or read-only, without the rights, and beside other processes: all real."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.sinks.reading import reading
from tests.reachable import reachable
from tests.sinks.disks import apart, as_nobody, fill, mount, needs_root, small
from tests.sinks.facts import Facts


@needs_root
def test_a_full_disk_is_told_and_once_there_is_room_it_goes_on(tmp_path: Path) -> None:
    async def work() -> None:
        small(tmp_path, "256k")
        facts = Facts(tmp_path / "facts.db")
        await facts.add("one")
        filler = fill(tmp_path)
        assert await facts.refused("y" * 200_000) == f"{tmp_path}/facts.db: the disk is full"
        filler.unlink()
        await facts.add("two")
        assert (await facts.all(), facts.told) == (["one", "two"], [])
        await facts.database.close()

    apart(work)


@needs_root
def test_a_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    async def work() -> None:
        small(tmp_path, "128k")
        filler = fill(tmp_path)
        facts = Facts(tmp_path / "facts.db")
        assert (await facts.refused()).endswith(("the disk is full", "No space left on device"))
        filler.unlink()
        await facts.add("one")
        assert await facts.all() == ["one"]
        await facts.database.close()

    apart(work)


@needs_root
@pytest.mark.parametrize("has_file", [True, False])
def test_a_read_only_disk_is_told_and_once_it_is_writable_it_goes_on(tmp_path: Path, has_file: bool) -> None:
    async def work() -> None:
        facts = Facts(tmp_path / "facts.db")
        if has_file:
            await facts.add("one")
            await facts.database.close()
        mount("--bind", str(tmp_path), str(tmp_path))
        mount("-o", "remount,bind,ro", str(tmp_path))
        assert "ead-only" in await facts.refused()
        mount("-o", "remount,bind,rw", str(tmp_path))
        await facts.add("two")
        assert await facts.all() == [*["one"][: int(has_file)], "two"]
        await facts.database.close()

    apart(work)


@needs_root
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_missing_rights_are_told(tmp_path: Path, mode: int) -> None:
    (reachable(tmp_path) / "ours").mkdir()
    os.chown(tmp_path / "ours", 65534, 65534)
    path = tmp_path / "ours" / "facts.db"

    async def work() -> None:
        facts = Facts(path)
        await facts.add("one")
        await facts.database.close()
        path.chmod(mode)
        assert await facts.refused() == f"{path}: Permission denied"
        path.chmod(0o600)
        await facts.add("two")
        assert await facts.all() == ["one", "two"]
        await facts.database.close()
        path.parent.chmod(0o500)
        assert await Facts(path.parent / "other.db").refused() == f"{path.parent}/other.db: Permission denied"

    as_nobody(work)


WRITER = """
import asyncio, sys
from pathlib import Path
from tests.sinks.facts import Facts

async def work():
    facts = Facts(Path(sys.argv[1]))
    for number in range(1_000_000):
        await facts.add(str(number))
        print(number, flush=True)

asyncio.run(work())
"""


async def test_what_was_written_is_there_after_a_kill_and_others_may_read_all_the_time(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            with reading(path) as connection:
                (count,) = connection.execute("SELECT count(*) FROM fact").fetchone()
            assert count > int(line)
            if int(line) >= 20:
                break
        process.send_signal(signal.SIGKILL)
        said = [int(line), *map(int, process.stdout.read().split())]
    before = sorted(one.name for one in tmp_path.iterdir())
    with reading(path) as connection:
        found = [int(text) for (text,) in connection.execute("SELECT text FROM fact ORDER BY id")]
    assert found[: said[-1] + 1] == list(range(said[-1] + 1))
    assert sorted(one.name for one in tmp_path.iterdir()) == before
    (tmp_path / "facts.db-shm").unlink()
    with reading(path) as connection:
        assert connection.execute("SELECT count(*) FROM fact").fetchone() == (len(found),)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["facts.db", "facts.db-wal"]
    facts = Facts(path)
    assert await facts.all() == list(map(str, found))
    await facts.database.close()


async def test_somebody_who_keeps_it_locked_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.sinks.reading.PATIENCE", 0.05)
    path = tmp_path / "facts.db"
    facts = Facts(path)
    await facts.add("one")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await facts.refused() == f"{path}: another process has it locked"
    other.execute("ROLLBACK")
    await facts.add("two")
    assert await facts.all() == ["one", "two"]
    other.close()
    await facts.database.close()
