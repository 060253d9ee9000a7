"""The history as a daemon keeps it: on a real disk, over restarts, with the documents of each revision."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reconciler.sinks.journal.query import Query
from reconciler.sinks.journal.retention import Retention
from tests.sinks.kept import Kept, running, stored
from tests.sinks.test_history_laws import change


async def test_a_rollout_is_one_entry_with_each_device_as_a_part_of_it(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    await kept.journal.put_in_force("c1", {"a.yaml": b"a"}, "Rename the cable", "ada")
    kept.hear("revision", revision="c1")
    for device in ("n1", "n2", "n3"):
        await kept.journal.begin(kept.work(device))
    kept.hear("applied", "n1")
    kept.hear("retry", "n2")
    await kept.journal.begin(kept.work("n2"))
    kept.hear("applied", "n2")
    kept.hear("unreachable", "n3", episode="opened", condition="unreachable", subject="n3", since=kept.now, id="f" * 12)
    kept.hear("rollout", revision="c1", converged=False, phases={"in sync": 2, "unreachable": 1})
    assert await kept.shown() == [("revision", "", "failed"), ("unreachable", "n3", "open")]
    (rollout,) = await kept.find(Query(kind="revision"))
    assert (rollout["subject"], rollout["by"], rollout["devices"], rollout["count"]) == (
        "Rename the cable",
        "ada",
        3,
        3,
    )
    assert rollout["ending"] == "rollout"
    _, *parts = await kept.journal.one(rollout["id"])
    assert [(one["device"], one["outcome"], one.get("tries", 1)) for one in parts] == [
        ("n1", "applied", 1),
        ("n2", "applied", 2),
        ("n3", "cut short", 1),
    ]
    assert {one["by"] for one in parts} == {"ada"}
    assert [one["id"] for one in await kept.find(Query(device="n[12]"))] == [parts[1]["id"], parts[0]["id"]]
    kept.hear("revision", revision="c2")
    kept.hear("revision", revision="c3")
    kept.hear("rollout", revision="c3", converged=True)
    assert await kept.shown(Query(kind="revision")) == [
        ("revision", "", "failed"),
        ("revision", "", "superseded"),
        ("revision", "", "converged"),
    ]
    await kept.journal.close()


async def test_the_same_plan_is_tried_again_in_one_entry_and_once_it_was_applied_in_another(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    for end in ("retry", "retry", "applied", "applied"):
        await kept.journal.begin(kept.work("n1"))
        kept.hear(end, "n1")
    await kept.journal.begin(kept.work("n1", digest="d2"))
    await kept.journal.begin(kept.work("n1", digest="d3"))
    found = await kept.find(Query(kind="change"))
    assert [(one.get("outcome", "open"), one.get("tries", 1)) for one in reversed(found)] == [
        ("applied", 3),
        ("applied", 1),
        ("failed", 1),
        ("open", 1),
    ]
    await kept.journal.close()


async def test_all_changes_of_an_entry_come_with_it_and_a_few_in_a_list(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    changes = [change(number) for number in range(12)]
    kept.drift("n1", "opened", "a", changes=changes, by="admin on vty3 (10.0.0.5)")
    (listed,) = await kept.find()
    assert (listed["count"], listed["changes"], listed["by"]) == (12, changes[:5], "admin on vty3 (10.0.0.5)")
    (whole,) = await kept.journal.one(listed["id"])
    assert whole["changes"] == changes
    assert [await kept.journal.one(wrong) for wrong in (0, -1, 77, 10**30)] == [[]] * 4
    await kept.journal.close()


async def test_what_is_heard_is_written_soon_and_the_rest_at_the_end(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    async with running(kept.journal):
        kept.drift("n1", "opened", "a")
        async with asyncio.timeout(5):
            while not kept.path.exists() or not stored(kept.path):
                await asyncio.sleep(0.01)
        assert stored(kept.path) == [("drift", "open")]
        kept.drift("n1", "resolved", "a", "healed")
        kept.hear("stopped")
    assert stored(kept.path) == [("daemon", "done"), ("drift", "healed")]
    await kept.journal.close()
    assert stored(kept.path) == [("daemon", "done"), ("drift", "healed")]
    assert [one.name for one in tmp_path.iterdir()] == ["journal.db"]


async def test_a_drift_is_on_disk_before_it_is_put_back_also_if_nobody_knows_of_it_any_more(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.drift("n1", "opened", "a", by="admin")
    await kept.journal.begin(kept.work("n1", cause="drift"))
    assert stored(kept.path) == [("drift", "open")]
    for one in tmp_path.iterdir():
        one.unlink()
    await kept.journal.begin(kept.work("n1", cause="drift"))
    assert stored(kept.path) == [("drift", "open")]
    kept.drift("n1", "resolved", "a", "healed")
    (healed,) = await kept.find()
    assert (healed["episode"], healed["outcome"], healed["changes"]) == ("a", "healed", [change(1)])
    assert kept.told == [f"{kept.path} was removed; a new one is begun"]
    await kept.journal.close()


async def test_documents_are_kept_as_long_as_an_entry_names_them_and_the_latest_always(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    text = b"same in all: " * 5000
    files = {"a.yaml": text, "ü/b.yaml": b"\x00\xff"}
    for number in range(4):
        await kept.journal.put_in_force(
            f"c{number}aaaaaaaa", {**files, "n.yaml": b"%d" % number}, f"no. {number}", "ada"
        )
        kept.hear("revision", revision=f"c{number}aaaaaaaa")
        kept.now += 86400.0
    assert await kept.journal.documents("c0") == {**files, "n.yaml": b"0"}
    assert await kept.journal.documents("c0aaaaaaaa") == await kept.journal.documents("c0")
    assert [await kept.journal.documents(wrong) for wrong in ("c", "", "x", "%", "c0aaaaaaaab", "\udcff")] == [None] * 6
    entries = await kept.find()
    assert [await kept.journal.revision_of(one["id"]) for one in entries] == [one["revision"] for one in entries]
    assert await kept.journal.revision_of(99) == ""
    assert [one["subject"] for one in entries] == ["no. 3", "no. 2", "no. 1", "no. 0"]
    kept.journal.retention = Retention(age=2.5 * 86400.0)
    async with running(kept.journal):
        await asyncio.sleep(0.1)
    assert [one["subject"] for one in await kept.find()] == ["no. 3", "no. 2", "no. 1"]
    assert await kept.journal.documents("c0") is None
    kept.now += 1e9
    async with running(kept.journal):
        await asyncio.sleep(0.1)
    assert await kept.shown() == [("revision", "", "open")]
    assert await kept.journal.documents("c3") == {**files, "n.yaml": b"3"}
    count = "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM path), (SELECT count(*) FROM revision)"
    assert await kept.journal._database.call(lambda connection: connection.execute(count).fetchone()) == (3, 3, 1)
    await kept.journal.close()
    assert kept.path.stat().st_size < 150_000


async def test_the_documents_in_force_are_stored_again_in_a_new_file(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    await kept.journal.put_in_force("c1", {"a.yaml": b"a"}, "one", "ada")
    kept.path.unlink()
    kept.hear("suspended", by="ada", subject="n*")
    assert [(one["by"], one["subject"], one["revision"]) for one in await kept.find()] == [("ada", "n*", "c1")]
    assert await kept.journal.documents("c1") == {"a.yaml": b"a"}
    await kept.journal.put_in_force("c1", {"b.yaml": b"b"})  # another folder of the same commit
    assert await kept.journal.documents("c1") == {"b.yaml": b"b"}
    await kept.journal.close()


async def test_after_a_restart_only_what_the_daemon_knows_of_goes_on(tmp_path: Path) -> None:
    before = Kept(tmp_path)
    before.hear("revision", revision="c1")
    before.drift("n1", "opened", "a")
    before.drift("n2", "opened", "b")
    await before.journal.begin(before.work("n3"))
    after = Kept(tmp_path)
    await after.journal.settle(["b"])
    assert await after.shown(Query(limit=9, device="*")) == [
        ("drift", "n1", "resolved"),
        ("drift", "n2", "open"),
        ("change", "n3", "cut short"),
    ]
    (ended,) = await after.find(Query(device="n1"))
    assert ended["ending"] == "nobody looked when it ended: the daemon was not running"
    after.drift("n2", "resolved", "b", "healed")
    assert await after.shown(Query(device="n2")) == [("drift", "n2", "healed")]
    await after.journal.close()
    await before.journal.close()
