"""One daemon per state directory, and one per inventory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli.main import root
from reconciler.daemon import lock as lock_module
from reconciler.daemon.lock import Held, Lock, keeper_of, lock_world, locked
from reconciler.daemon.run import Daemon
from reconciler.settings.load import load_settings
from tests.daemon.fasttime import run
from tests.daemon.world import World

HOLD = """
import sys, time, pathlib
from reconciler.daemon.lock import Lock
Lock(pathlib.Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_daemon_is_told_who_is_there_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state/daemon.lock"
    assert Lock.holder(path) == ""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Held, match=rf"another daemon \(process {other.pid}\) works with"):
            Lock(path)
        assert Lock.holder(path) == str(other.pid)
        other.kill()
    lock = Lock(path)
    assert Lock.holder(path) == str(os.getpid())
    lock.release()
    assert Lock.holder(path) == ""


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two that are everybody's."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.setattr(lock_module, "FOLDERS", (first,))
    monkeypatch.setattr("tempfile.tempdir", str(second))
    return first, second


def test_an_inventory_has_one_daemon_wherever_its_state_is(folders: tuple[Path, Path], tmp_path: Path) -> None:
    world = World(tmp_path)
    held = lock_world(tmp_path / "inventory.yaml")
    settings = load_settings(world.settle(state="elsewhere")).settings
    assert settings is not None
    with pytest.raises(Held, match=rf"\(process {os.getpid()}\) keeps the devices of .*inventory.yaml; stop it first"):
        run(Daemon(settings).run())
    assert keeper_of(tmp_path / "inventory.yaml") == str(os.getpid())
    assert not keeper_of(tmp_path / "another.yaml")
    held.release(remove=True)
    assert not list(folders[0].iterdir())
    assert not keeper_of(tmp_path / "inventory.yaml")


def test_a_daemon_that_could_not_use_the_first_place_is_found_in_the_second(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    inventory, name = tmp_path / "i.yaml", next(lock_module._places(tmp_path / "i.yaml")).name
    os.mkfifo(folders[0] / name)
    held = lock_world(inventory)
    assert [path.name for path in folders[1].iterdir()] == [name]
    (folders[0] / name).unlink()
    with pytest.raises(Held):
        lock_world(inventory)
    assert not list(folders[0].iterdir())
    held.release(remove=True)
    (folders[0] / name).symlink_to(tmp_path / "precious")
    (folders[1] / name).mkdir()

    async def work() -> list[str]:
        async with contextlib.AsyncExitStack() as stack:
            return locked(stack, tmp_path / "state", inventory)

    assert "no lock can be made" in run(work())[0]
    assert not (tmp_path / "precious").exists()


def test_what_stands_in_the_file_is_not_believed(folders: tuple[Path, Path], tmp_path: Path) -> None:
    held = lock_world(tmp_path / "i.yaml")
    next(folders[0].iterdir()).write_text("\x1b[2J; rm -rf /")
    assert keeper_of(tmp_path / "i.yaml") == "unknown"
    held.release(remove=True)


def test_a_run_by_hand_says_that_a_daemon_keeps_these_devices(folders: tuple[Path, Path], tmp_path: Path) -> None:
    World(tmp_path)
    desired = tmp_path / "checkouts/c1/desired"
    (desired / "nodes.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\nspec: {routes: []}\n"
    )
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(inventory.read_text().replace("192.0.2.1,", "127.0.0.1, port: 1,"))
    words = ["--yes", "--desired", str(desired), "--inventory", str(inventory)]
    held = lock_world(inventory)
    done = CliRunner().invoke(root, words, env={"RECONCILE_STATE": str(tmp_path / "mine")})
    assert f"A daemon (process {os.getpid()}) keeps these devices" in done.output, done.output
    held.release(remove=True)
    done = CliRunner().invoke(root, words, env={"RECONCILE_STATE": str(tmp_path / "mine")})
    assert "keeps these devices" not in done.output
