"""Debian's binaries for tests: only what is missing is fetched, and where that cannot be, it is said."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "contrib/debian-binaries"


def ran(folder: Path, *packages: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, folder, *packages], capture_output=True, text=True, env=os.environ | environment, check=True
    )


def test_what_is_there_is_not_fetched(tmp_path: Path) -> None:
    for package in ("one", "two"):
        (tmp_path / "usr/share/doc" / package).mkdir(parents=True)
    done = ran(tmp_path, "one", "two")
    assert (done.stdout, done.stderr) == ("", "")


def test_where_there_is_no_apt_the_tests_are_skipped_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    shell = shutil.which("sh")
    assert shell is not None
    (tmp_path / "bin/sh").symlink_to(shell)
    done = ran(tmp_path / "new", "one", "two", PATH=str(tmp_path / "bin"))
    assert done.stderr == "no apt-get here, so tests that need these are skipped: one two\n"
    assert not (tmp_path / "new").exists()
