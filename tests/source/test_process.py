"""What a program that does not behave may cost us."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from reconciler.source.process import Bounds, TooLong, TooMuch, run

from .test_reach import running_with

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


async def test_what_it_says_and_how_it_ends(tmp_path: Path) -> None:
    done = await run(["sh", "-c", "cat; echo no >&2; exit 3"], tmp_path, ENVIRONMENT, Bounds(5), b"yes")
    assert (done.code, done.out, done.err) == (3, b"yes", "no\n")


async def test_children_do_not_outlive_it(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(TooLong):
        await run(["sh", "-c", "sleep 31.337 & sleep 31.337"], tmp_path, ENVIRONMENT, Bounds(0.1))
    assert time.monotonic() - started < 15
    await asyncio.sleep(0.05)
    assert running_with("sleep 31.337") == []


async def test_endless_talk_is_cut_and_endless_complaints_are_not_kept(tmp_path: Path) -> None:
    with pytest.raises(TooMuch):
        await run(["yes"], tmp_path, ENVIRONMENT, Bounds(5, 100_000))
    done = await run(["sh", "-c", "yes | head -c 1000000 >&2; echo last >&2"], tmp_path, ENVIRONMENT, Bounds(5))
    assert done.err.endswith("last\n")
    assert len(done.err) < 100_000


async def test_who_does_not_listen_is_no_error(tmp_path: Path) -> None:
    done = await run(["true"], tmp_path, ENVIRONMENT, Bounds(5), b"x" * 10_000_000)
    assert done.code == 0


async def test_the_loop_goes_on_meanwhile(tmp_path: Path) -> None:
    task = asyncio.create_task(run(["sleep", "0.2"], tmp_path, ENVIRONMENT, Bounds(5)))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 10


async def test_it_cannot_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.source.process.FILE_BLOCKS", 2)
    done = await run(["sh", "-c", "head -c 5000 /dev/zero > file"], tmp_path, ENVIRONMENT, Bounds(5))
    assert done.code != 0
    assert (tmp_path / "file").stat().st_size == 1024
