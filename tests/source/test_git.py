"""A branch of a real repository on this machine: what is wanted, what happens to it, and what is left when we die."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reconciler.source.checkout import Refused, Unavailable

from .repository import Repository, git, source


async def test_the_tip_of_the_branch_is_a_folder(repository: Repository, state: Path) -> None:
    commit = repository.commit("a: 1\n")
    checkout = await source(repository, state).latest()
    assert checkout.revision == commit
    assert (checkout.folder / "desired/n.yaml").read_text() == "a: 1\n"
    assert checkout.folder.name == "desired"
    assert (checkout.author, checkout.subject, checkout.signature) == ("Ann", "s", None)
    assert checkout.at == float(git(repository.path, "log", "-1", "--format=%ct", commit))


async def test_a_push_is_seen_and_an_earlier_checkout_stays_as_it_was(repository: Repository, state: Path) -> None:
    watched = source(repository, state, branch="main", folder="desired")
    repository.commit("a: 1\n")
    first = await watched.latest()
    assert await watched.latest() is first
    repository.commit("a: 2\n")
    second = await watched.latest()
    assert [(c.folder / "n.yaml").read_text() for c in (first, second)] == ["a: 1\n", "a: 2\n"]
    assert await watched.is_forward(first.revision, second.revision)
    assert not await watched.is_forward(second.revision, first.revision)


async def test_a_commit_that_changes_no_document_has_the_same_content(repository: Repository, state: Path) -> None:
    watched = source(repository, state)
    repository.point(repository.tree({"n.yaml": b"a: 1\n"}))
    first = await watched.latest()
    repository.point(repository.tree({"n.yaml": b"a: 1\n", "README.md": b"hello"}))
    second = await watched.latest()
    assert first.revision != second.revision
    assert first.content == second.content


async def test_a_tag_is_followed_through_to_its_commit(repository: Repository, state: Path) -> None:
    commit = repository.commit("a: 1\n")
    git(repository.path, "tag", "-a", "-m", "one", "v1", commit)
    assert (await source(repository, state, tag="v1").latest()).revision == commit


async def test_a_repository_with_sha256_is_taken(tmp_path: Path, state: Path) -> None:
    repository = Repository.made(tmp_path / "x.git", "--object-format=sha256")
    commit = repository.commit("a: 1\n")
    assert (await source(repository, state).latest()).revision == commit


@pytest.mark.parametrize(
    ("more", "words"),
    [({}, "nothing was pushed"), ({"branch": "prod"}, "no branch prod"), ({"tag": "v1"}, "there is no tag v1")],
)
async def test_what_is_not_there_is_said(repository: Repository, state: Path, more: dict[str, str], words: str) -> None:
    with pytest.raises(Unavailable, match=words):
        await source(repository, state, **more).latest()


async def test_a_deleted_branch_is_told_until_it_is_back(repository: Repository, state: Path) -> None:
    watched = source(repository, state, branch="main")
    commit = repository.commit("a: 1\n")
    await watched.latest()
    git(repository.path, "update-ref", "-d", "refs/heads/main")
    with pytest.raises(Unavailable, match="there is no branch main"):
        await watched.latest()
    git(repository.path, "update-ref", "refs/heads/main", commit)
    assert (await watched.latest()).revision == commit


async def test_a_host_that_is_away_is_told_and_what_was_believed_can_be_had(
    repository: Repository, state: Path
) -> None:
    commit = repository.commit("a: 1\n")
    await source(repository, state).latest()
    repository.path.rename(repository.path.with_name("away"))
    after_restart = source(repository, state)
    with pytest.raises(Unavailable, match="no such repository"):
        await after_restart.latest()
    assert (await after_restart.at(commit)).revision == commit
    with pytest.raises(Unavailable, match="is not here"):
        await after_restart.at("0" * 40)


async def test_history_that_was_not_fetched_is_asked_for(repository: Repository, state: Path) -> None:
    first, second, third = [repository.commit(f"a: {n}\n") for n in range(3)]
    watched = source(repository, state)
    await watched.latest()
    assert await watched.is_forward(first, third)
    assert await watched.is_forward(second, third)
    assert not await watched.is_forward(third, first)


async def test_a_force_push_is_not_forward(repository: Repository, state: Path) -> None:
    first = repository.commit("a: 1\n")
    second = repository.commit("a: 2\n")
    watched = source(repository, state)
    await watched.latest()
    git(repository.path, "update-ref", "refs/heads/main", first)
    assert (await watched.latest()).revision == first
    assert not await watched.is_forward(second, first)
    other = repository.commit("a: 3\n", after="")
    assert (await watched.latest()).revision == other
    assert not await watched.is_forward(first, other)
    assert not await watched.is_forward("sha256:of a folder", other)


@pytest.mark.parametrize("damage", ["empty pack", "no objects", "no HEAD", "rubbish config", "stale lock"])
async def test_a_broken_mirror_is_fetched_anew(repository: Repository, state: Path, damage: str) -> None:
    repository.commit("a: 1\n")
    await source(repository, state).latest()
    (mirror,) = state.glob("git/*/mirror.git")
    match damage:
        case "empty pack":
            for path in mirror.glob("objects/pack/*.pack"):
                path.chmod(0o600)
                path.write_bytes(b"")
        case "no objects":
            shutil.rmtree(mirror / "objects")
        case "no HEAD":
            (mirror / "HEAD").unlink()
        case "rubbish config":
            (mirror / "config").write_text("[[[")
        case "stale lock":
            (mirror / "shallow.lock").touch()
            (mirror / "refs/reconciler/latest.lock").touch()
            (mirror / "objects/pack/tmp_pack_x").touch()
    before = mirror.stat().st_ino
    commit = repository.commit("a: 2\n")
    shutil.rmtree(next(state.glob("git/*/checkouts")))
    checkout = await source(repository, state).latest()
    assert checkout.revision == commit
    assert (checkout.folder / "desired/n.yaml").read_text() == "a: 2\n"
    assert not (mirror / "objects/pack/tmp_pack_x").exists()
    assert (mirror.stat().st_ino == before) == (damage == "stale lock")


@pytest.mark.parametrize("what", ["main:desired/n.yaml", "main:desired", "main:", "main"])
async def test_objects_that_are_gone_are_noticed(repository: Repository, state: Path, what: str) -> None:
    commit = repository.commit("a: 1\n")
    checkout = await source(repository, state, folder="desired").latest()
    (mirror,) = state.glob("git/*/mirror.git")
    (pack,) = mirror.glob("objects/pack/*.pack")
    git(mirror, "unpack-objects", "-q", given=_moved(pack))
    name = git(repository.path, "rev-parse", what)
    (mirror / "objects" / name[:2] / name[2:]).unlink()
    shutil.rmtree(checkout.folder)
    assert (await source(repository, state, folder="desired").latest()).revision == commit
    assert (checkout.folder / "n.yaml").read_text() == "a: 1\n"


def _moved(pack: Path) -> bytes:
    data = pack.read_bytes()
    for path in pack.parent.glob("*"):
        path.unlink()
    return data


async def test_a_checkout_that_was_tampered_with_is_written_anew(repository: Repository, state: Path) -> None:
    repository.commit("a: 1\n")
    checkout = await source(repository, state).latest()
    file = checkout.folder / "desired/n.yaml"
    file.chmod(0o600)
    file.write_text("")
    (checkout.folder / "more.yaml").touch()
    assert (await source(repository, state).latest()).folder == checkout.folder
    assert file.read_text() == "a: 1\n"
    assert not (checkout.folder / "more.yaml").exists()


async def test_old_checkouts_and_what_dead_runs_left_are_removed(
    repository: Repository, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.source.git.KEPT", 2)
    watched = source(repository, state)
    for number in range(3):
        repository.commit(f"a: {number}\n")
        last = await watched.latest()
        os.utime(last.folder.parent, (number, number))
    (last.folder.parent / ".desired.dead").mkdir()
    repository.commit("a: last\n")
    await watched.latest()
    (checkouts,) = state.glob("git/*/checkouts")
    assert len(list(checkouts.iterdir())) == 2
    assert list(checkouts.glob("*/.*")) == []


async def test_a_folder_that_is_not_in_the_commit_is_the_commits_fault(repository: Repository, state: Path) -> None:
    commit = repository.commit("a: 1\n")
    for folder, words in (("sites/berlin", "no folder sites/berlin"), ("desired/n.yaml", "is a file in that commit")):
        with pytest.raises(Refused, match=words) as refused:
            await source(repository, state, folder=folder).latest()
        assert refused.value.revision == commit


async def test_a_state_directory_that_cannot_be_written_is_said(repository: Repository, tmp_path: Path) -> None:
    repository.commit("a: 1\n")
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="Not a directory"):
        await source(repository, tmp_path / "file").latest()


async def test_without_git_it_is_said(repository: Repository, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(Unavailable, match="git is not installed"):
        await source(repository, state).latest()
