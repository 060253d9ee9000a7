"""`reconcile repo init` for a group: who may write what, and that nothing else on the machine is touched."""

from __future__ import annotations

import grp
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli.repo import repo

GROUP = grp.getgrgid(os.getgid()).gr_name


@pytest.fixture
def everybodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Instead of this machine's own /etc/gitconfig."""
    file = tmp_path / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(file))
    return file


def init(*words: object) -> str:
    ran = CliRunner().invoke(repo, ["init", *map(str, words)], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


def modes(path: Path) -> dict[str, str]:
    names = ("", "HEAD", "config", "commondir", "hooks", "hooks/pre-receive", "info", "objects/pack", "refs/heads")
    return {name: f"{(path / name).stat().st_mode & 0o7777:o}" for name in names}


def test_a_group_adds_commits_and_nothing_else(tmp_path: Path, everybodys: Path) -> None:
    said = init(tmp_path / "d.git", "--group", GROUP)
    assert f"takes pushes of the group {GROUP}" in said
    assert modes(tmp_path / "d.git") == {
        "": "3770",
        "HEAD": "640",
        "config": "640",
        "commondir": "640",
        "hooks": "2750",
        "hooks/pre-receive": "750",
        "info": "2750",
        "objects/pack": "2770",
        "refs/heads": "2770",
    }


def test_set_up_again_it_is_the_same(tmp_path: Path, everybodys: Path) -> None:
    first = init(tmp_path / "d.git", "--group", GROUP)
    before = modes(tmp_path / "d.git"), everybodys.read_text() if everybodys.exists() else ""
    assert init(tmp_path / "d.git", "--group", GROUP) == first
    after = modes(tmp_path / "d.git"), everybodys.read_text() if everybodys.exists() else ""
    assert after == before


def test_no_link_of_a_member_leads_to_another_file(tmp_path: Path, everybodys: Path) -> None:
    init(tmp_path / "d.git", "--group", GROUP)
    secret, folder = tmp_path / "secret", tmp_path / "folder"
    secret.touch(mode=0o600)
    folder.mkdir(mode=0o700)
    (tmp_path / "d.git/objects/link").symlink_to(secret)
    (tmp_path / "d.git/refs/link").symlink_to(folder)
    init(tmp_path / "d.git", "--group", GROUP)
    assert (secret.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root speaks for everybody")
def test_root_calls_it_safe_for_everybody_who_may_push(tmp_path: Path, everybodys: Path) -> None:
    said = init(tmp_path / "d.git", "--group", GROUP)
    assert everybodys.read_text() == f"[safe]\n\tdirectory = {tmp_path}/d.git\n"
    assert "safe.directory" not in said


def test_without_a_group_it_is_nobody_elses(tmp_path: Path, everybodys: Path) -> None:
    init(tmp_path / "d.git", "--group", "")
    assert not (tmp_path / "d.git/commondir").exists()
    assert not everybodys.exists()


def test_a_group_that_there_is_not(tmp_path: Path, everybodys: Path) -> None:
    ran = CliRunner().invoke(repo, ["init", str(tmp_path / "d.git"), "--group", "nobody-knows"])
    assert (ran.exit_code, ran.output) == (1, "Error: there is no group nobody-knows\n")


def test_what_it_has_set_up_takes_a_push(tmp_path: Path, everybodys: Path) -> None:
    """Under `commondir` git finds its own way; the hooks are the person's own, and without one nothing is asked."""
    init(tmp_path / "d.git", "--group", GROUP)
    (tmp_path / "d.git/hooks/pre-receive").unlink()
    (tmp_path / "d.git/hooks/post-receive").unlink()
    script = """
    git init -q -b main c; cd c; git -c user.name=a -c user.email=a commit -q --allow-empty -m a
    git push -q ../d.git main main:other; git push -q ../d.git :other; git ls-remote ../d.git
    """
    ran = subprocess.run(["sh", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [line.split()[1] for line in ran.stdout.splitlines()] == ["HEAD", "refs/heads/main"]
