"""One daemon per state directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.daemon.lock import Held, Lock

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
