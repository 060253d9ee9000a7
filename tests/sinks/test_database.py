"""An SQLite file on real disks that fail: what it says, what it keeps, and that it goes on."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sinks.database import Unwritable
from reconciler.sinks.reading import reading
from tests.sinks.facts import Facts


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
    assert {str(number) for number in range(50) if number % 3} <= set(kept), "who waits to the end is served"
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


async def test_what_somebody_is_reading_while_it_is_replaced_does_not_get_into_what_is_put_in_its_place(
    tmp_path: Path,
) -> None:
    path, backup = tmp_path / "facts.db", tmp_path / "backup.db"
    before = Facts(backup)
    await before.add("of the backup")
    await before.database.close()
    facts = Facts(path)
    await facts.add("one")
    with reading(path) as connection:
        connection.execute("BEGIN")
        assert connection.execute("SELECT text FROM fact").fetchall() == [("one",)]
        await facts.add("two")
        backup.rename(path)
        assert await facts.all() == ["of the backup"]
        assert connection.execute("SELECT text FROM fact").fetchall() == [("one",)]
    await facts.database.close()


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
    assert found == ["after"] or when == "while"  # what is open may still stand in memory as a whole
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
