"""`reconcile repo init` and its hook, with a real git: nothing foreign is overwritten, only documents are read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source.repository import Repository, git

NODE = b"apiVersion: reconciler/v1\nkind: Node\nmetadata: {name: n1}\nspec: {routes: []}\n"


def reconcile(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *words], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(Path.cwd()), "GIT_CONFIG_GLOBAL": "/dev/null"} | environment,
    )  # fmt: skip


def initiated(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return reconcile("repo", "init", str(path), "--socket", str(path.parent / "no.sock"), **environment)


@pytest.mark.parametrize("kind", ["file", "checkout", "hook", "link"])
def test_what_is_there_already_is_left_alone(tmp_path: Path, kind: str) -> None:
    place, mine = tmp_path / "it", tmp_path / "mine"
    mine.write_text("mine")
    if kind == "file":
        place.write_text("mine")
    else:
        git(tmp_path, "init", "-q", *([] if kind == "checkout" else ["--bare"]), str(place))
    (place / "HEAD").write_text("mine") if kind == "checkout" else None
    hook = place / "hooks/pre-receive"
    if kind == "hook":
        hook.write_text("mine")
    if kind == "link":
        hook.symlink_to(mine)
    done = initiated(place)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "a mistake of ours" not in done.stderr
    assert mine.read_text() == "mine"
    assert kind != "hook" or hook.read_text() == "mine"


def test_the_environment_leads_to_no_other_repository_and_configuration_switches_no_hook_off(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", str(tmp_path / "other"))
    (tmp_path / "global").write_text("[core]\n\thooksPath = /nonexistent\n")
    strange = {"GIT_DIR": str(tmp_path / "other"), "GIT_CONFIG_GLOBAL": str(tmp_path / "global")}
    place = tmp_path / "a 'b' \"c\"\n$(touch x)"
    done = initiated(place, **strange)
    assert done.returncode == 0, done.stderr
    assert "reconciler" not in (tmp_path / "other/config").read_text()
    assert initiated(place, **strange).returncode == 0
    pushed = _push(place, tmp_path, {"n.yaml": b"kind: ["}, GIT_CONFIG_GLOBAL=str(tmp_path / "global"))
    assert pushed.returncode == 1
    assert "refused: 1 problem" in pushed.stderr
    assert not list(tmp_path.rglob("x"))


def _push(
    place: Path, folder: Path, documents: dict[str, bytes], ref: bytes = b"main", **environment: str
) -> subprocess.CompletedProcess[str]:
    """A commit with these documents, and a link to outside that is none, pushed to the branch ``ref``."""
    own = Repository.made(folder / "own.git") if not (folder / "own.git").exists() else Repository(folder / "own.git")
    own.point(own.tree(documents, {"notes": "/proc/kcore"}))
    return subprocess.run(
        [b"git", b"push", b"-q", os.fsencode(place), b"main:refs/heads/" + ref], cwd=own.path, capture_output=True,
        text=True, errors="backslashreplace", timeout=60,
        env=os.environ | {"PYTHONPATH": str(Path.cwd()), "GIT_CONFIG_GLOBAL": "/dev/null"} | environment,
    )  # fmt: skip


def test_a_push_says_nothing_that_a_terminal_obeys_and_reads_nothing_but_documents(tmp_path: Path) -> None:
    place = tmp_path / "desired.git"
    assert initiated(place).returncode == 0
    bad = _push(place, tmp_path, {"a\x1b[31m\nb.yaml": b"kind: [\x1b]0;owned\x07"})
    assert bad.returncode == 1
    good = _push(place, tmp_path, {"n.yaml": NODE})
    assert "the documents are good" in good.stderr
    other = _push(place, tmp_path, {"n.yaml": NODE}, b"\xff\xfe\xe9;$(reboot)`x`|&")
    assert other.returncode == 0
    for done in (bad, good, other):
        assert "a mistake of ours" not in done.stderr
        assert all(line.isprintable() for line in done.stderr.replace("\x1b[K", "").splitlines()), done.stderr
