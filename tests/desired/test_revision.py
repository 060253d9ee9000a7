"""Which revision a folder is, and that somebody else's repository runs nothing while it is asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.desired.load import load

from .world import node


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(folder: Path) -> Path:
    (folder / "n.yaml").write_text(node("n1"))
    git(folder.parent, "init", "-q")
    git(folder.parent, "add", "desired")
    git(folder.parent, "commit", "-q", "-m", "one")
    return folder


def test_a_clean_checkout_has_its_commit(checkout: Path) -> None:
    assert load(checkout).revision == git(checkout, "rev-parse", "HEAD").strip()
    (checkout.parent / "elsewhere.txt").write_text("not below the folder")
    assert not load(checkout).revision.endswith("-dirty")


@pytest.mark.parametrize("name", ["n.yaml", "new.yaml"])
def test_uncommitted_changes_below_the_folder_are_told(checkout: Path, name: str) -> None:
    (checkout / name).write_text(node("n2"))
    assert load(checkout).revision == git(checkout, "rev-parse", "HEAD").strip() + "-dirty"


def test_outside_of_git_the_documents_tell(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    (folder / "n.yaml").write_text(node("n1"))
    first = load(folder).revision
    assert first.startswith("sha256:")
    assert load(folder).revision == first
    (folder / "n.yaml").write_text(node("n2"))
    assert load(folder).revision != first


def test_without_git_the_documents_tell(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert load(checkout).revision.startswith("sha256:")


def test_a_folder_that_no_commit_knows_is_told_by_its_documents(checkout: Path) -> None:
    other = checkout.parent / "other"
    other.mkdir()
    (other / "n.yaml").write_text(node("n1"))
    assert load(other).revision.startswith("sha256:")


def test_the_repositorys_own_programs_are_not_run(checkout: Path) -> None:
    trap = checkout.parent / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {checkout.parent}/sprung\n")
    trap.chmod(0o755)
    git(checkout, "config", "core.fsmonitor", str(trap))
    git(checkout, "config", "core.hooksPath", str(checkout.parent))
    (checkout / "n.yaml").write_text(node("n2"))
    assert load(checkout).revision.endswith("-dirty")
    assert not (checkout.parent / "sprung").exists()
