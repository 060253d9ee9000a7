"""Runs by hand in the history: what was about to be written is there before, and how it ended after."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from reconciler.sinks.database import Unwritable
from reconciler.sinks.journal.documents import Deployed
from reconciler.sinks.journal.entry import Work
from reconciler.sinks.journal.journal import Journal
from reconciler.sinks.journal.past import read_only
from reconciler.sinks.journal.query import Query
from reconciler.sinks.journal.single import SingleRun

CHANGE = {"verb": "create", "kind": "route", "name": "10.1.0.0/16 table 254 metric 0", "before": {}, "after": {}}
DEPLOYED = Deployed("sha256:abc", {"desired/nodes.yaml": b"kind: Node\n"})
WORKS = [Work(name, "pending", "sha256:abc", "d1g357", "ada", [CHANGE]) for name in ("n1", "n2")]


def found(path: Path) -> list[dict[str, Any]]:
    with read_only(path) as past:
        (run,) = past.find(Query())
        return past.one(run["id"])


async def test_it_is_on_disk_before_and_says_what_came_of_it_after(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    run = SingleRun(path, lambda: 1000.0)
    await run.begin(DEPLOYED, "ada", WORKS)
    whole, *parts = found(path)
    assert (whole["kind"], whole["by"], whole["revision"], "ended" in whole) == ("run", "ada", "sha256:abc", False)
    assert [(part["device"], part["changes"], "ended" in part) for part in parts] == [
        ("n1", [CHANGE], False), ("n2", [CHANGE], False)
    ]  # fmt: skip
    await run.end({"n2": "RTNETLINK answers: File exists", "n3": "not ours"})
    whole, *parts = found(path)
    assert (whole["outcome"], whole["ending"]) == ("failed", "failed on n2; applied and proven on 1 of 2 devices")
    assert [part["outcome"] for part in parts] == ["applied", "failed"]
    assert parts[1]["ending"] == "RTNETLINK answers: File exists"


async def test_one_that_was_cut_short_is_so_for_the_next_daemon_which_can_go_back_to_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await SingleRun(path).begin(DEPLOYED, "ada", WORKS)
    journal = Journal(path, tell=lambda words: None)
    await journal.settle(())
    assert [one["outcome"] for one in await journal.one(1)] == ["cut short"] * 3
    assert await journal.revision_of(1) == "sha256:abc"
    assert await journal.documents("sha256:abc") == {"desired/nodes.yaml": b"kind: Node\n"}
    await journal.close()


async def test_one_that_was_cut_short_is_so_for_the_next_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    dead = os.fork()
    if not dead:
        asyncio.run(SingleRun(path).begin(DEPLOYED, "ada", WORKS))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(dead, 0)
    alive, last = SingleRun(path), SingleRun(path)
    await alive.begin(DEPLOYED, "ada", WORKS)
    await last.begin(DEPLOYED, "ada", WORKS)
    await last.end({})
    with read_only(path) as past:
        runs = [past.one(one["id"]) for one in reversed(past.find(Query()))]
    assert [{one.get("outcome", "open") for one in run} for run in runs] == [{"cut short"}, {"open"}, {"applied"}]
    await last.settle()
    await alive.end({})
    with read_only(path) as past:
        assert [one["outcome"] for one in past.find(Query())] == ["applied", "applied", "cut short"]


async def test_beside_a_daemon_that_writes_both_are_there(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal, run = Journal(path, tell=lambda words: None), SingleRun(path)
    await asyncio.gather(journal.begin(WORKS[0]), run.begin(DEPLOYED, "ada", WORKS))
    await asyncio.gather(journal.flush(), run.end({}))
    entries = await journal.find(Query())
    assert sorted(one["kind"] for one in entries) == ["change", "run"]
    await journal.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes to other users' folders")
async def test_what_root_makes_in_a_services_folder_is_the_services(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    await SingleRun(folder / "journal.db").begin(DEPLOYED, "root", WORKS)
    owners = {one.name: (one.stat().st_uid, one.stat().st_gid) for one in folder.iterdir()}
    assert owners == dict.fromkeys(["journal.db", "journal.db-wal", "journal.db-shm"], (65534, 65534))


async def test_where_it_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "journal.db").mkdir()
    with pytest.raises(Unwritable, match="is no file"):
        await SingleRun(tmp_path / "journal.db").begin(DEPLOYED, "ada", WORKS)
