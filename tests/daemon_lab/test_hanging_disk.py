"""Disks that make themselves read-only, or answer no more: status answers, the loop goes on, SIGTERM ends it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon_lab.disks import IMAGE, Place, frozen, place, until

pytestmark = pytest.mark.long
ONE, TWO = "k01-worker", "k01-worker2"


@pytest.fixture
def disk() -> Iterator[Place]:
    with place(IMAGE) as made:
        yield made


def test_a_disk_that_is_read_only_by_an_error_is_told_and_another_one_in_its_place_is_used(disk: Place) -> None:
    mark = disk.daemon.mark
    device = Path(disk.inside(f"findmnt -no SOURCE {disk.state}").strip()).name
    Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("a test", encoding="ascii")
    disk.lose(ONE)
    assert disk.waits(ONE)
    assert until(lambda: "Read-only file system; nothing is applied" in disk.reconcile("status").stdout, 10.0)
    assert disk.reconcile("history").returncode == 0
    disk.inside(f"cd /; umount -l {disk.state}")
    assert disk.healed(ONE, 20.0)
    disk.daemon.wait("healed", ONE, mark)
    assert len(disk.said("journal", mark)) == 2


def test_a_disk_that_hangs_holds_up_nothing_but_what_has_to_be_recorded(disk: Place) -> None:
    mark = disk.daemon.mark
    with frozen(disk):
        disk.lose(ONE)
        for _ in range(12):
            began = time.monotonic()
            assert disk.daemon.status()["devices"]
            assert time.monotonic() - began < 3.0
            time.sleep(0.5)
        assert disk.waits(ONE)
        disk.lose(TWO)
        assert disk.waits(TWO)
        assert "the disk does not answer; nothing is applied" in disk.reconcile("status").stdout
        disk.reconcile("history")  # from a file that can be read, or in words; in any case
        assert len(disk.said("journal", mark)) == len(disk.said("state", mark)) == 1
    assert disk.healed(ONE, 30.0)
    assert disk.healed(TWO, 30.0)
    assert until(lambda: disk.reconcile("status").returncode == 0, 30.0)
    drifts = [(one["device"], one["outcome"]) for one in disk.history("--kind", "drift")]
    assert drifts == [(ONE, "healed"), (TWO, "healed")]


def test_a_disk_that_hangs_does_not_keep_the_daemon_from_ending(disk: Place) -> None:
    with frozen(disk):
        disk.lose(ONE)
        disk.daemon.wait("journal")
        began = time.monotonic()
        disk.daemon._process.send_signal(signal.SIGTERM)
        disk.daemon.wait("stopped")
        assert time.monotonic() - began < 5.0
        assert not disk.has(ONE)
    assert disk.daemon._process.wait(15.0) == 0
