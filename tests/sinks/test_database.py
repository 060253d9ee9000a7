"""An SQLite file on real disks that fail: what it says, what it keeps, and that it goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sinks.database import Database, Unwritable
from reconciler.sinks.reading import reading
from tests.sinks.disks import apart, as_nobody, fill, mount, needs_root, small

SCHEMA = ("CREATE TABLE fact (id INTEGER PRIMARY KEY, text TEXT NOT NULL)", "CREATE INDEX fact_text ON fact (text)")


class Facts:
    """A database, and what it has told."""

    def __init__(self, path: Path, version: int = 2) -> None:
        self.told: list[str] = []
        self.database = Database(path, version, SCHEMA, self.told.append)

    async def add(self, text: str) -> None:
        await self.database.call(lambda connection: connection.execute("INSERT INTO fact (text) VALUES (?)", (text,)))

    async def all(self) -> list[str]:
        def read(connection: sqlite3.Connection) -> list[str]:
            return [text for (text,) in connection.execute("SELECT text FROM fact ORDER BY id")]

        return await self.database.call(read)

    async def refused(self, text: str = "x") -> str:
        with pytest.raises(Unwritable) as raised:
            await self.add(text)
        return str(raised.value)


def aside(path: Path) -> list[Path]:
    """What was set aside, without SQLite's own files."""
    found = [one for one in path.parent.iterdir() if one.name.startswith(f"{path.name}.20")]
    return sorted(one for one in found if not one.name.endswith(("-wal", "-shm")))


async def test_a_file_is_made_with_its_folder_for_us_alone_and_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "a" / "state" / "facts.db"
    facts = Facts(path)
    await facts.add("one")
    modes = {oct(one.stat().st_mode & 0o777) for one in path.parent.iterdir()}
    assert (modes, len(list(path.parent.iterdir()))) == ({"0o600"}, 3)
    await facts.database.close()
    assert list(path.parent.iterdir()) == [path]
    again = Facts(path)
    assert await again.all() == ["one"]
    assert facts.told == again.told == []
    await again.database.close()
    await again.add("two")  # after it was closed
    assert await again.all() == ["one", "two"]
    await again.database.close()


async def test_work_is_done_as_a_whole_or_not_at_all_and_its_own_errors_come_back(tmp_path: Path) -> None:
    facts = Facts(tmp_path / "facts.db")

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO fact (text) VALUES ('half')")
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        await facts.database.call(half)
    with pytest.raises(Unwritable, match="no such table: missing"):
        await facts.database.call(lambda connection: connection.execute("INSERT INTO missing VALUES (1)"))
    assert await facts.all() == []
    await facts.database.close()


async def test_whoever_stops_waiting_breaks_nothing(tmp_path: Path) -> None:
    facts = Facts(tmp_path / "facts.db")
    tasks = [asyncio.create_task(facts.add(f"{number}")) for number in range(50)]
    for number, task in enumerate(tasks):
        if number % 3 == 0:
            await asyncio.sleep(0)
            task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    kept = [str(number) for number, result in enumerate(ended) if result is None]
    found = await facts.all()
    assert set(kept) <= set(found)
    assert len(kept) == 33
    assert sorted(found, key=int) == found
    await facts.database.close()


async def test_a_file_that_is_removed_while_it_is_open_is_made_anew_and_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    facts = Facts(path)
    await facts.add("one")
    for one in list(tmp_path.iterdir()):
        one.unlink()
    await facts.add("two")
    await facts.add("three")
    assert await facts.all() == ["two", "three"]
    assert facts.told == [f"{path} was removed; a new one is begun"]
    await facts.database.close()
    assert await Facts(path).all() == ["two", "three"]


async def test_a_folder_that_is_removed_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "state" / "facts.db"
    facts = Facts(path)
    await facts.add("one")
    path.parent.rename(tmp_path / "elsewhere")
    await facts.add("two")
    assert await facts.all() == ["two"]
    assert await Facts(tmp_path / "elsewhere" / "facts.db").all() == ["one"]
    await facts.database.close()


async def test_what_is_moved_away_is_whole_and_what_is_put_in_its_place_is_used(tmp_path: Path) -> None:
    path, backup = tmp_path / "facts.db", tmp_path / "backup.db"
    before = Facts(backup)
    await before.add("of the backup")
    await before.database.close()
    facts = Facts(path)
    await facts.add("one")
    path.rename(tmp_path / "moved.db")
    backup.rename(path)
    assert await facts.all() == ["of the backup"]
    await facts.add("two")
    assert facts.told == [f"{path} was replaced; it is used as it is now"]
    await facts.database.close()
    assert await Facts(tmp_path / "moved.db").all() == ["one"]
    assert await Facts(path).all() == ["of the backup", "two"]


@pytest.mark.parametrize("which", ["-wal", "-shm"])
async def test_nothing_is_lost_with_a_file_of_sqlite_itself(tmp_path: Path, which: str) -> None:
    path = tmp_path / "facts.db"
    facts = Facts(path)
    await facts.add("one")
    (tmp_path / f"facts.db{which}").unlink()
    await facts.add("two")
    with reading(path) as connection:
        assert connection.execute("SELECT text FROM fact").fetchall() == [("one",), ("two",)]
    await facts.database.close()
    assert await Facts(path).all() == ["one", "two"]


def garbage(path: Path) -> None:
    path.write_bytes(b"no database, but an important letter " * 400)


def torn(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 + 100)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def scribbled(path: Path) -> None:
    """Every page but the first."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))


SPOILS: list[Callable[[Path], None]] = [garbage, torn, emptied, scribbled]


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("when", ["before", "while"])
async def test_a_spoilt_file_is_set_aside_as_it_is_and_a_new_one_begun(
    tmp_path: Path, spoil: Callable[[Path], None], when: str
) -> None:
    path = tmp_path / "facts.db"
    facts = Facts(path)
    for number in range(300):
        await facts.add(f"{number} {'x' * 100}")
    await facts.database.close()
    if when == "while":
        await facts.all()
        await facts.database.call(lambda connection: connection.execute("PRAGMA cache_size = 1"))
    spoil(path)
    spoilt = path.read_bytes()
    await facts.add("after")
    found = await facts.all()
    assert found[-1] == "after"
    if found == ["after"]:
        (told,) = facts.told
        assert told.endswith("a new one is begun")
        assert [one.read_bytes() for one in aside(path)] == ([spoilt] if spoilt else [])
    await facts.database.close()
    again = Facts(path)
    assert await again.all() == found
    assert again.told == []
    await again.database.close()


async def test_an_older_version_is_set_aside_and_never_another_file_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.strftime", lambda form: "2026-11-21T03-04-05")
    path = tmp_path / "facts.db"
    for version in (1, 2, 3):
        facts = Facts(path, version)
        await facts.add(f"of {version}")
        assert await facts.all() == [f"of {version}"]
        await facts.database.close()
    assert facts.told == [
        f"{path} is of another release (version 2; this one writes 3): set aside as "
        "facts.db.2026-11-21T03-04-05-1, and a new one is begun"
    ]
    assert [await Facts(one, 2 - number).all() for number, one in enumerate(reversed(aside(path)))] == [
        ["of 2"],
        ["of 1"],
    ]


async def test_a_database_of_somebody_else_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    facts = Facts(path)
    await facts.add("one")
    assert len(facts.told) == len(aside(path)) == 1
    await facts.database.close()


@pytest.mark.parametrize("died", [False, True])
async def test_of_a_newer_version_nothing_is_touched(tmp_path: Path, died: bool) -> None:
    path = tmp_path / "facts.db"
    newer = Facts(path, 3)
    await newer.add("of the future")
    if died:
        copies = [(one, one.read_bytes()) for one in tmp_path.iterdir()]
    await newer.database.close()
    if died:
        for one, content in copies:
            one.write_bytes(content)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    facts = Facts(path)
    assert await facts.refused() == (
        f"{path} is of a newer release (version 3; this one knows 2): it is left as it is; install that release "
        "again, or move the file away"
    )
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    path.rename(tmp_path / "moved")
    await facts.add("one")
    await facts.database.close()


async def test_what_is_no_file_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    path.mkdir()
    assert await Facts(path).refused() == f"{path} is no file"
    path.rmdir()
    os.mkfifo(path)
    assert await Facts(path).refused() == f"{path} is no file"
    path.unlink()
    (tmp_path / "file").write_text("")
    assert (await Facts(tmp_path / "file" / "facts.db").refused()).endswith(": Not a directory")


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
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    (tmp_path / "ours").mkdir()
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
from tests.sinks.test_database import Facts

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
