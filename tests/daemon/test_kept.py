"""State that anybody may have written, and a place for the socket that is taken: the daemon makes the best of it."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from reconciler.daemon.control import Control
from reconciler.daemon.run import Daemon
from reconciler.daemon.suspension import Suspension
from reconciler.engine import keep
from reconciler.engine.record import Record, world_of
from reconciler.settings.model import Settings
from tests.daemon.fasttime import run
from tests.daemon.world import ONE, World

SUSPENDED = {"target": "n1", "reason": "r", "by": "b", "since": 0.0, "until": None}
STRANGE: list[Any] = [
    5, True, "x", {"a": 1}, [1, None], [[]], [SUSPENDED | {"since": 1e300}], [SUSPENDED | {"until": 1e18}],
    [SUSPENDED | {"since": float("nan")}], [SUSPENDED | {"until": float("inf")}], [SUSPENDED | {"target": 1}],
]  # fmt: skip


@pytest.mark.parametrize("found", STRANGE, ids=range(len(STRANGE)))
def test_what_is_kept_may_be_anything(tmp_path: Path, found: Any) -> None:
    world = World(tmp_path)
    world.kept = {"suspended": found, "revision": found}

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)
            json.dumps(service.status(), allow_nan=False)

    run(work())
    assert world.told("mistake") == []


@pytest.mark.parametrize("found", [5, True, "x", {"a": 1}, [1, None], [[]]])
def test_what_is_remembered_of_devices_may_be_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Any
) -> None:
    monkeypatch.setenv("RECONCILE_STATE", str(tmp_path))
    path = tmp_path / f"devices-{world_of(tmp_path)}.json"
    path.write_text(json.dumps({"converged": found, "unsaved": found}))
    assert list(Record(tmp_path).unsaved) == []


def test_what_could_not_be_remembered_is_remembered_with_the_next_look(tmp_path: Path) -> None:
    is_full = True

    def write(path: Path, document: dict[str, Any]) -> None:
        if is_full:
            raise OSError(28, "No space left on device")
        keep.write(path, document)

    record = Record(tmp_path / "inventory", tmp_path, write)
    record.keep({"n1": "c1"})
    assert Record(tmp_path / "inventory", tmp_path).devices == set()
    is_full = False
    record.keep({"n1": "c1"})
    assert Record(tmp_path / "inventory", tmp_path).converged("n1", "c1")


def opened(path: Path) -> None:
    async def work() -> None:
        control = Control(None, path)  # type: ignore[arg-type]  # nobody asks it
        await control.open()
        await control.close()

    asyncio.run(work())


def test_a_file_where_the_socket_should_be_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("mine")
    with pytest.raises(OSError, match="something else than a socket"):
        opened(path)
    assert path.read_text() == "mine"


def test_the_socket_of_a_living_daemon_is_left_alone_and_that_of_a_dead_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as living:
        living.bind(str(path))
        living.listen()
        with pytest.raises(OSError, match="another daemon listens there"):
            opened(path)
    opened(path)
    assert not path.exists()


def test_a_socket_that_somebody_removes_and_a_full_disk_are_mended_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILE_STATE", str(tmp_path / "state"))
    (tmp_path / "desired").mkdir()
    settings = Settings.model_validate(
        {"source": {"path": str(tmp_path / "desired")}, "inventory": str(tmp_path), "socket": str(tmp_path / "c.sock")}
    )
    daemon, full = Daemon(settings), True
    write = keep.write

    def limited(path: Path, document: dict[str, Any]) -> None:
        if full:
            raise OSError(28, "No space left on device")
        write(path, document)

    monkeypatch.setattr(keep, "write", limited)

    async def work() -> None:
        nonlocal full
        await daemon.doors.control.open()
        settings.socket.unlink()
        daemon.service.suspend(Suspension("n1", "cabling", "me", 0.0))
        await daemon._tidy()
        assert [one.kind for one in daemon.hub.conditions] == ["state"]
        full = False
        await daemon._tidy()
        assert list(daemon.hub.conditions) == []
        await asyncio.open_unix_connection(str(settings.socket))
        await daemon.doors.control.close()

    asyncio.run(work())
    assert [one.reason for one in Daemon(settings).suspensions] == ["cabling"]


def kept(folder: Path, kind: str) -> Daemon:
    """A daemon that knows of one condition from before a restart."""
    (folder / "desired").mkdir()
    settings = Settings.model_validate({"source": {"path": str(folder / "desired")}, "inventory": str(folder)})
    known = {"kind": kind, "subject": kind, "words": "the disk is full", "since": 1.0, "id": "1" * 12}
    (folder / f"daemon-{world_of(folder)}.json").write_text(json.dumps({"conditions": [known]}))
    return Daemon(settings)


def test_that_the_history_could_not_be_written_before_a_restart_is_over_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILE_STATE", str(tmp_path))
    daemon = kept(tmp_path, "journal")
    assert [one.kind for one in daemon.hub.conditions] == ["journal"]

    async def work() -> None:
        await daemon.sinks.begin()
        assert list(daemon.hub.conditions) == []
        await daemon.sinks.end()

    asyncio.run(work())


def test_alerts_that_have_lost_their_file_hear_of_what_holds_and_other_settings_reach_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILE_STATE", str(tmp_path))
    daemon = kept(tmp_path, "settings")

    async def work() -> None:
        await daemon.sinks.begin()
        assert [(one.id, one.kind, one.since) for one in daemon.sinks.alerts.open] == [("1" * 12, "settings", 1.0)]
        now = daemon.service.settings
        required = [daemon.sinks.ledger.required]
        daemon.sinks.adopt(now.model_copy(update={"journal": now.journal.model_copy(update={"required": False})}))
        assert [*required, daemon.sinks.ledger.required] == [True, False]
        await daemon.sinks.end()

    asyncio.run(work())
