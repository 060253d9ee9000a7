"""`reconcile history` without a daemon: from the file of its journal, which a real world has been written to."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli.main import root
from reconciler.sinks.journal.journal import Journal
from tests.daemon.fasttime import now, run
from tests.daemon.world import World, other, until


def typed(*words: str) -> tuple[int, str, str]:
    """The exit code, standard output and standard error."""
    done = CliRunner().invoke(root, ["history", *words], standalone_mode=False)
    if done.exception is not None:
        return 1, done.stdout, str(done.exception)
    return done.return_value, done.stdout, done.stderr


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of a day: a revision, a drift that was put back, one that is not, a device that was away."""
    folder = tmp_path_factory.mktemp("world")
    path = folder / "state" / "journal-000000000000.db"

    async def live() -> None:
        world, journal = World(folder), Journal(path, tell=print, now=now)
        async with world.running() as service:
            service.hub.bus.attach(journal.hear)
            service.hub.who = lambda device: "ada on vty3 (10.0.0.5)"
            await until(world, "in sync")
            world.forge("n1")
            await asyncio.sleep(5.0)
            world.commit("c2", text=other(world, 8))
            await service.sync()
            world.transports["n2"].down = "no route to host"
            await asyncio.sleep(200.0)
            world.suspend("n1", 7200.0, "cabling")
            world.forge("n1")
            await asyncio.sleep(5.0)
        await journal.close()

    run(live())
    return path


def test_a_file_tells_what_happened(written: Path) -> None:
    code, said, _ = typed("--journal", str(written))
    assert code == 0
    lines = said.splitlines()
    healed = next(number for number, line in enumerate(lines) if "drift on n1: healed after " in line)
    assert lines[healed + 1].startswith("      ~ route 10.1.0.0/16 table 254 metric 0  gateway 10.0.0.66 → 10.0.0.1")
    assert lines[healed + 2] == "      by ada on vty3 (10.0.0.5)"
    assert any("revision c2: " in line for line in lines)
    assert any("unreachable on n2: open for " in line for line in lines)
    assert "drift on n1: open for " in said
    _, text, _ = typed("--journal", str(written), "-o", "json", "--device", "n1", "--kind", "drift")
    assert [entry.get("outcome") for entry in json.loads(text)["entries"]] == [None, "healed"]


def test_an_entry_of_a_file_is_shown_in_full(written: Path) -> None:
    found = json.loads(typed("--journal", str(written), "-o", "json", "--outcome", "healed")[1])
    (number,) = [str(entry["id"]) for entry in found["entries"]]
    _, said, _ = typed("--journal", str(written), number)
    assert said.startswith(f"{number}: drift on n1: healed after ")
    assert "\n    before    table 254, type unicast, dst 10.1.0.0/16, gateway 10.0.0.66" in said
    assert "\n    after     table 254, type unicast, dst 10.1.0.0/16, gateway 10.0.0.1" in said
    assert "\n    sent      " in said
    assert typed("--journal", str(written), "999")[::2] == (1, f"there is no entry 999 in {written}")


def test_where_no_daemon_answers_the_file_is_found(
    written: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RECONCILE_SOCKET", str(tmp_path / "none"))
    monkeypatch.setenv("RECONCILE_STATE", str(written.parent))
    code, said, error = typed("--kind", "drift")
    assert (code, error) == (0, f"no daemon answers; this is {written}\n")
    assert "drift on n1: healed after " in said
    assert sorted(path.name for path in written.parent.iterdir() if path.name.startswith("journal")) == [written.name]
    monkeypatch.setenv("RECONCILE_STATE", str(tmp_path))
    monkeypatch.setattr("reconciler.cli.history.SERVICE", tmp_path)
    assert f"nor is there a journal in {tmp_path}: --journal FILE names one" in typed()[2]


def test_what_is_no_history_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database")
    for place in ("text", "none", "."):
        code, said, error = typed("--journal", str(tmp_path / place))
        assert (code, said) == (1, "")
        assert str(tmp_path / place).rstrip("/.") in error
